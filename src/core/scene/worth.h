// What a picture is worth that was fitted into an area: how large its letters are, how much it shows,
// and what it leaves out for that.
#ifndef SCENE_WORTH_H
#define SCENE_WORTH_H

// Letters larger than the goal are worth no more; below the floor each point counts three times.
// All in points.
double worth_of_letters(double letters, double goal, double floor);
// Twice as many boxes and chips are worth a third of twice as large letters.
double worth_of_boxes(double shown);

#endif
