// Where the page's records come from. A source is an object with one method:
//
//   follow(show)   calls show({svg, scene, trace}) as soon as there is something to show, and again
//                  whenever there is something new
//
//   svg     the scene's drawing, an element: node groups n1, n2 …, edge groups n4i0 (operand 0 of
//           n4), laid out with the words that the scene has when both passes are done
//   scene   the record {kind: "scene", …} (src/view/scene.h), both passes done
//   trace   the record {kind: "trace", …} (src/session/trace.h): each step, and what there is to
//           say about each value
//
// The page knows nothing else of the world, so the same page shows a recorded walk, a session that
// is going on, or the engine itself running beside it.

// A walk recorded in this very file.
export const recorded = {
    follow(show) {
        const records = JSON.parse(document.getElementById('records').textContent);
        const find = kind => records.find(record => record.kind === kind);
        show({svg: document.querySelector('#picture svg'), scene: find('scene'),
              trace: find('trace')});
    },
};
