// A walk as frames: what is known before the first step, and after each one.
//
//   frame = {step      the record of the step just taken; null before the first
//            box       the id of the box it was taken at
//            values    box id → value, of the boxes that have one
//            grads     box id → {now, whole}: a gradient, and whether every share has arrived
//            shares    cell id ("n4i0") → share, of those that have been sent
//            boxes, cells   box id → box, cell id → cell, as they are now; left out where they are as
//                           the drawing has them}

export const cellId = (box, cell) => `${box.id}i${cell.slot}`;

// A constant asks for no gradient: nothing is sent to it. (All that comes from a box of several values
// has no symbol either.)
export const isConstant = cell => cell.symbol === undefined && cell.values === undefined;

// box id → how many shares it waits for.
function uses(scene) {
    const count = new Map();
    for (const box of scene.boxes) {
        for (const cell of box.cells.filter(cell => !isConstant(cell))) {
            count.set(cell.from, (count.get(cell.from) ?? 0) + 1);
        }
    }
    return count;
}

export function framesOf(scene, steps) {
    const byNode = new Map(scene.boxes.map(box => [box.node, box]));
    const leaves = scene.boxes.filter(box => box.cells.length === 0);
    const waiting = uses(scene);
    let frame = {step: null, box: null, values: new Map(leaves.map(box => [box.id, box.value])),
                 grads: new Map(), shares: new Map()};
    const frames = [frame];
    for (const step of steps) {
        const box = byNode.get(step.node);
        frame = {step, box: box.id, values: new Map(frame.values), grads: new Map(frame.grads),
                 shares: new Map(frame.shares)};
        if (step.step === 'forward') {
            frame.values.set(box.id, step.after);
        } else if (step.step === 'seed') {
            frame.grads.set(box.id, {now: step.after, whole: true});
        } else {
            send(frame, box, step, byNode, waiting);
        }
        frames.push(frame);
    }
    return frames;
}

// The shares come in the order of the cells that are no constants.
function send(frame, box, step, byNode, waiting) {
    box.cells.filter(cell => !isConstant(cell)).forEach((cell, i) => {
        const share = step.shares[i], child = byNode.get(share.child.node).id;
        waiting.set(child, waiting.get(child) - 1);
        frame.shares.set(cellId(box, cell), share.share);
        frame.grads.set(child, {now: share.now, whole: waiting.get(child) === 0});
    });
}

// The gradient of a box as it is now; undefined if there is none.
const gradNow = box => box.grad !== undefined ? {now: box.grad, whole: true}
    : box.so_far !== undefined ? {now: box.so_far, whole: false} : undefined;

// The frame of a scene as it is; step: the last one of the walk that is on, or null.
export function frameOf({boxes}, step) {
    const cells = new Map(boxes.flatMap(box => box.cells.map(cell => [cellId(box, cell), cell])));
    const known = (list, of) => new Map(list.map(([id, each]) => [id, of(each)])
        .filter(([, what]) => what !== undefined));
    const byId = boxes.map(box => [box.id, box]);
    // A step inside a folded box is taken at that box.
    const at = step === null ? undefined
        : boxes.find(box => box.current) ?? boxes.find(box => box.node === step.node) ??
          boxes.find(box => box.kind === 'group' && box.output);
    return {step, box: at?.id ?? null,
            values: known(byId, box => box.rows === undefined && (box.results ?? 1) === 1 ? box.value
                : step?.pass === 'forward' && box.cells.length > 0 && box.node > step.node ? undefined
                : null), grads: known(byId, gradNow),
            shares: known([...cells], cell => cell.share), boxes: new Map(byId), cells};
}

// ---- Folded pictures ----------------------------------------------------------------------------

// Of a folded scene a box is one step, as the derivatives of what it makes are known.
//
//   step = {step: "forward" | "seed" | "backward", pass, box, node, root, done, steps}
export function boxSteps(scene) {
    const computed = scene.boxes.filter(box => box.cells.length > 0);
    const root = scene.boxes.find(box => box.id === scene.root);
    const back = computed.toReversed().filter(box => box.cells.some(cell => cell.share !== undefined));
    const step = (kind, pass, steps) => (box, i) =>
        ({step: kind, pass, box, node: box.node, root, done: i + 1, steps});
    return [...computed.map(step('forward', 'forward', computed.length)),
            step('seed', 'backward', back.length + 1)(root, 0),
            ...back.map((box, i) => step('backward', 'backward', back.length + 1)(box, i + 1))];
}

export function boxFrames(scene, steps) {
    const given = scene.boxes.filter(box => box.cells.length === 0);
    const byId = new Map(scene.boxes.map(box => [box.id, box]));
    const shownValue = box => [box.id, box.value ?? null];
    const waiting = uses(scene);
    let frame = {step: null, box: null, values: new Map(given.map(shownValue)),
                 grads: new Map(), shares: new Map()};
    const frames = [frame];
    for (const step of steps) {
        const {box} = step;
        frame = {step, box: box.id, values: new Map(frame.values), grads: new Map(frame.grads),
                 shares: new Map(frame.shares)};
        if (step.step === 'forward') {
            frame.values.set(...shownValue(box));
        } else if (step.step === 'seed') {
            frame.grads.set(box.id, {now: box.grad, whole: true});
        } else {
            sendAll(frame, box, byId, waiting);
        }
        frames.push(frame);
    }
    return frames;
}

// How far a gradient of several values has come, no number tells.
function sendAll(frame, box, byId, waiting) {
    for (const cell of box.cells.filter(each => each.chip?.kind !== 'constant')) {
        const child = byId.get(cell.from), left = waiting.get(cell.from) - 1;
        waiting.set(cell.from, left);
        frame.shares.set(cellId(box, cell), cell.share);
        frame.grads.set(cell.from, left === 0 ? {now: child.grad, whole: true}
            : {now: child.value === undefined ? undefined
                   : (frame.grads.get(cell.from)?.now ?? 0) + cell.share, whole: false});
    }
}
