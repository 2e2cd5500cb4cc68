// A small engine for the page: both passes over the boxes of a scene, for values that the reader
// tries. No session knows of it.
//
// A folded picture has the graph below it beside it (below.js), unless that is very large. An engine
// is only made where it says the same as the scene does, so that the two can never disagree.

import { figure, PICTURE_DIGITS } from './number.js';
import { ops } from './ops.js';
import { isConstant } from './walk.js';
import { BelowEngine } from './below.js';

const ALIKE = 1e-9;   // relative difference of two libraries' functions, with room to spare
const TERMS_MOST = 4;  // of a sum that is shown

export const isLeaf = box => box.cells.length === 0 && box.kind !== 'constant' && box.kind !== 'group';

const isAlike = (one, other) => one === other || Number.isNaN(one) && other === 'nan' ||
    one === Infinity && other === 'inf' || one === -Infinity && other === '-inf' ||
    Math.abs(one - other) <= ALIKE * Math.max(1, Math.abs(one), Math.abs(other));

const numberOf = v => v === 'nan' ? NaN : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : v;
const wordOf = v => Number.isFinite(v) ? v : Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
const shortText = v => figure(wordOf(v), PICTURE_DIGITS);

// The local derivatives of an operation at its operands.
const slopesOf = (op, x, y, v) => op.arity === 2 ? [op.dx(x, y, v), op.dy(x, y, v)] : [op.dx(x, y, v)];

// "= 1 + (−3)": the shares of a value used more than once, in the order in which they came.
const sumText = terms => terms.length < 2 ? '' : '= ' + terms.slice(0, TERMS_MOST).map(
    v => v < 0 ? `(${shortText(v)})` : shortText(v)).join(' + ') +
    (terms.length > TERMS_MOST ? ' + …' : '');

class Engine {
    // Throws where the scene is not one that it can compute.
    constructor(scene) {
        this.scene = scene;
        this.index = new Map(scene.boxes.map((box, i) => [box.id, i]));
        this.operands = scene.boxes.map(box => box.cells.map(cell => this.index.get(cell.from)));
        this.rest = scene.boxes.map(box => numberOf(box.value));
        this.ops = scene.boxes.map((box, i) => box.cells.length === 0 ? null : this.#op(box, i));
    }

    // Several operations share a sign (max of two values, and a step of max(X)): what the scene says
    // of the box tells which it is.
    #op(box, i) {
        const [x, y] = this.operands[i].map(at => this.rest[at]);
        const found = ops.find(op => op.sign === box.op && op.arity === box.cells.length &&
            isAlike(op.value(x, y), box.value) &&
            slopesOf(op, x, y, this.rest[i]).every((v, slot) => box.cells[slot].local === undefined ||
                isAlike(v, box.cells[slot].local)));
        if (box.kind === 'group' || box.cut || found === undefined) {
            throw new Error(`${box.name} is not computed here`);
        }
        return found;
    }

    // Leaves have other values in a session that has gone on. boxes: of the scene as it is now.
    settle(boxes) {
        for (const box of boxes) {
            if (isLeaf(box) && box.value !== undefined) {
                this.rest[this.index.get(box.id)] = numberOf(box.value);
            }
        }
    }

    // Values of all boxes. changes: box id → value of a leaf.
    forward(changes) {
        const values = [];
        this.scene.boxes.forEach((box, i) => {
            const op = this.ops[i], [x, y] = this.operands[i].map(at => values[at]);
            values.push(op === null ? changes.get(box.id) ?? this.rest[i] : op.value(x, y));
        });
        return values;
    }

    root(changes) {
        return this.forward(changes)[this.index.get(this.scene.root)];
    }

    // The scene as both passes would leave it.
    run(changes) {
        const {boxes} = this.scene, values = this.forward(changes);
        const grads = boxes.map(() => 0), terms = boxes.map(() => []), cells = boxes.map(() => []);
        grads[this.index.get(this.scene.root)] = 1;
        for (let i = boxes.length - 1; i >= 0; i--) {
            const op = this.ops[i];
            if (op === null) {
                continue;
            }
            const at = this.operands[i], [x, y] = at.map(each => values[each]);
            const flat = op.flat?.(x, y) ?? [];
            slopesOf(op, x, y, values[i]).forEach((local, slot) => {
                const share = flat[slot] ? 0 : local * grads[i], cell = boxes[i].cells[slot];
                cells[i].push(isConstant(cell) ? cell : {...cell, local: wordOf(local),
                    local_text: shortText(local), upstream: grads[i], share});
                if (!isConstant(cell)) {
                    grads[at[slot]] += share;
                    terms[at[slot]].push(share);
                }
            });
        }
        return this.#scene(values, grads, terms, cells);
    }

    #scene(values, grads, terms, cells) {
        const sizes = cells.flat().map(({share = 0}) => Math.log1p(Math.abs(share)));
        const most = Math.max(...sizes.filter(Number.isFinite), 1e-300);
        const boxes = this.scene.boxes.map((box, i) => ({...box,
            value: wordOf(values[i]), value_text: shortText(values[i]),
            ...(box.kind === 'constant' ? {} : {grad: wordOf(grads[i]), grad_text: shortText(grads[i])}),
            dead: box.op === 'relu' && !(values[this.operands[i][0]] > 0),
            sum_text: sumText(terms[i]),
            cells: cells[i].map(cell => isConstant(cell) ? cell : {...cell,
                share: wordOf(cell.share), share_text: shortText(cell.share),
                upstream_text: shortText(cell.upstream),
                weight: Math.min(1, Math.log1p(Math.abs(cell.share)) / most) || 0})}));
        return {...this.scene, boxes};
    }
}

// The engine of a scene, both passes done; null: it cannot be computed here.
export function engineOf(scene) {
    try {
        return scene.below === undefined ? new Engine(scene) : new BelowEngine(scene);
    } catch {
        return null;
    }
}
