// Where the pages' records come from: this is the source of the player, session.js that of the page
// which follows a prompt. A source is an object with one method, follow(…), which is given whom to
// call as soon as there is something to show, and whenever there is something new. The pages know
// nothing else of the world. A drawing is the same from every source:
//
//   svg     an element: node groups n1, n2 …, edge groups n4i0 (operand 0 of n4), laid out with the
//           words that the scene has when both passes are done
//   scene   the record {kind: "scene", …} (src/core/scene/scene.h), both passes done

export const drawingOf = text => document.adoptNode(
    new DOMParser().parseFromString(text, 'image/svg+xml').documentElement);

// A walk recorded in this very file: show({svg, scene, trace, openings}), once.
//
//   trace   the record {kind: "trace", …} (src/core/command/trace.h): each step, and what there is to
//           say about each value; of a folded scene it has neither
//   openings  path → {svg, scene}: the picture with a box opened (src/core/command/openings.h)
export const recorded = {
    follow(show) {
        const records = JSON.parse(document.getElementById('records').textContent);
        const find = kind => records.find(record => record.kind === kind);
        const openings = records.filter(record => record.kind === 'opening').map(
            ({of, picture, svg}) => [of, {scene: picture, svg: drawingOf(svg)}]);
        show({svg: document.querySelector('#picture svg'), scene: find('scene'),
              trace: find('trace'), openings: new Map(openings)});
    },
};
