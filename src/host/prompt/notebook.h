// `backstep notebook LESSON`: a lesson as a notebook for the kernel of Jupyter.
//
// Its prose becomes cells of Markdown, its statements cells to run, and each question a cell that pins
// it (`lesson two-paths 3 seed 1`) above an empty one for the answer. So the notebook asks the same
// each time it is run. Nothing is kept of it.
#ifndef PROMPT_NOTEBOOK_H
#define PROMPT_NOTEBOOK_H

// lesson: an id of the course, or the path of a lesson's file. path: the notebook's; NULL: named by
// the lesson's id, in the working directory. One that is there already stays. Says on standard output
// what was written, on standard error what went wrong; returns main's status.
int notebook_write(const char *lesson, const char *path);

#endif
