// The engine of a folded picture: both passes over the graph below it, value by value, and from these
// the numbers of its boxes (src/core/scene/scene.h has the fields of `below`).

import { figure, PICTURE_DIGITS } from './number.js';
import { ops } from './ops.js';

const CONSTANT = -1, LEAF = 0;
const TERMS_SHOWN = 4;
const CLOSE = 1e-9;  // relative difference of two libraries' functions, with room to spare

const toNumber = v => v === 'nan' ? NaN : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : v;
const toWord = v => Number.isFinite(v) ? v : Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
const toText = (v, digits = PICTURE_DIGITS) => figure(toWord(v), digits);
const isClose = (one, other) => Object.is(one, other) || one === other ||
    Math.abs(one - other) <= CLOSE * Math.max(1, Math.abs(one), Math.abs(other));

const sumOf = terms => terms.length < 2 ? '' : '= ' + terms.slice(0, TERMS_SHOWN).map(
    v => v < 0 ? `(${toText(v)})` : toText(v)).join(' + ') + (terms.length > TERMS_SHOWN ? ' + …' : '');

export class BelowEngine {
    // Throws where the scene is not one that it can compute.
    constructor(scene) {
        const {ops: codes, operand, second_operand: second, values, homes} = scene.below;
        this.scene = scene;
        this.codes = codes;
        this.operands = [operand, second];
        this.homes = homes;
        this.rest = Float64Array.from(values, toNumber);
        this.members = scene.boxes.map(() => []);
        homes.forEach((home, i) => home >= 0 && this.members[home].push(i));
        this.number = new Map(scene.boxes.map((box, k) => [box.id, k]));
        this.#findUses();
        this.rootPlace = this.results[this.number.get(scene.root)].at(-1);
        this.#check();
    }

    // Which values of a box others use; and which uses make up each of its cells.
    #findUses() {
        const {codes, homes, scene} = this, used = new Set([codes.length - 1]);
        this.cells = scene.boxes.map(box => new Map(box.cells.map(cell => [this.number.get(cell.from), []])));
        codes.forEach((code, i) => {
            for (let slot = 0; code > LEAF && slot < ops[code - 1].arity; slot++) {
                const place = this.operands[slot][i];
                if (codes[place] !== CONSTANT && homes[place] !== homes[i]) {
                    used.add(place);
                    this.cells[homes[i]].get(homes[place]).push({i, slot, place});
                }
            }
        });
        this.results = this.members.map(places => places.filter(place => used.has(place)));
    }

    #check() {
        const {boxes, root} = this.run(new Map()), before = this.scene.boxes;
        boxes.forEach((box, k) => ['value', 'grad'].forEach(key => {
            if (before[k][key] !== undefined && !isClose(toNumber(box[key]), toNumber(before[k][key]))) {
                throw new Error(`${box.name} is not computed here`);
            }
        }));
        return root;
    }

    // Leaves have other values in a session that has gone on. boxes: of the scene as it is now.
    settle(boxes) {
        for (const box of boxes) {
            const place = this.placeOf(box.id);
            if (place !== undefined && typeof box.value === 'number') {
                this.rest[place] = box.value;
            }
        }
    }

    // The leaf that is a box of its own; undefined: the box is something else.
    placeOf(id) {
        const places = this.members[this.number.get(id)] ?? [];
        return places.length === 1 && this.codes[places[0]] === LEAF ? places[0] : undefined;
    }

    // changes: box id → value of a leaf.
    forward(changes) {
        const {codes, operands: [first, second]} = this, values = this.rest.slice();
        changes.forEach((value, id) => { values[this.placeOf(id)] = value; });
        codes.forEach((code, i) => {
            if (code > LEAF) {
                values[i] = ops[code - 1].value(values[first[i]], values[second[i]]);
            }
        });
        return values;
    }

    root(changes) {
        return this.forward(changes)[this.rootPlace];
    }

    // What a value sends to its operand, for this gradient of its own.
    #local(i, slot, values) {
        const op = ops[this.codes[i] - 1], x = values[this.operands[0][i]];
        const y = values[this.operands[1][i]];
        return op.flat?.(x, y)?.[slot] ? 0 : (slot === 0 ? op.dx : op.dy)(x, y, values[i]);
    }

    // From `grads`, which has the gradients to begin with, down. places: of the values, in any order.
    #backward(values, grads, places) {
        for (let at = places.length - 1; at >= 0; at--) {
            const i = places[at], code = this.codes[i];
            for (let slot = 0; code > LEAF && slot < ops[code - 1].arity; slot++) {
                const place = this.operands[slot][i];
                if (this.codes[place] !== CONSTANT) {
                    grads[place] += this.#local(i, slot, values) * grads[i];
                }
            }
        }
    }

    // The scene as both passes would leave it.
    run(changes) {
        const values = this.forward(changes), grads = new Float64Array(values.length);
        grads[this.rootPlace] = 1;
        this.#backward(values, grads, this.everything ??= [...this.codes.keys()]);
        const terms = new Map();
        const cells = this.scene.boxes.map((box, k) => box.cells.map(
            cell => this.#cell(k, cell, values, grads, terms)));
        const sizes = cells.flat().map(({share}) => Math.log1p(Math.abs(toNumber(share ?? 0))));
        const most = Math.max(...sizes.filter(Number.isFinite), 1e-300);
        const boxes = this.scene.boxes.map((box, k) => this.#box(box, k, values, grads, terms,
            cells[k].map(cell => cell.share === undefined ? cell : {...cell, weight:
                Math.min(1, Math.log1p(Math.abs(toNumber(cell.share))) / most) || 0})));
        return {...this.scene, boxes};
    }

    #cell(k, cell, values, grads, terms) {
        const from = this.number.get(cell.from);
        if (from === undefined) {
            return cell;
        }
        const shares = new Map();
        for (const {i, slot, place} of this.cells[k].get(from)) {
            shares.set(place, (shares.get(place) ?? 0) + this.#local(i, slot, values) * grads[i]);
        }
        shares.forEach((share, place) => terms.set(place, [share, ...(terms.get(place) ?? [])]));
        if (cell.values !== undefined) {
            const share = Math.hypot(...shares.values());
            return {...cell, share: toWord(share), share_text: toText(share)};
        }
        const [[place, share]] = shares, result = this.results[k].at(-1);
        const local = this.#composite(k, result, place, values), upstream = grads[result];
        return {...cell, local: toWord(local), local_text: toText(local), upstream: toWord(upstream),
                upstream_text: toText(upstream), share: toWord(share), share_text: toText(share)};
    }

    // What an operand does to the result of a box.
    #composite(k, result, place, values) {
        const grads = new Map([[result, 1]]), members = this.members[k];
        for (let at = members.length - 1; at >= 0; at--) {
            const i = members[at], code = this.codes[i], grad = grads.get(i);
            for (let slot = 0; grad !== undefined && code > LEAF && slot < ops[code - 1].arity; slot++) {
                const operand = this.operands[slot][i];
                grads.set(operand, (grads.get(operand) ?? 0) + this.#local(i, slot, values) * grad);
            }
        }
        return grads.get(place) ?? 0;
    }

    #box(box, k, values, grads, terms, cells) {
        const results = this.results[k], place = results.at(-1) ?? this.members[k].at(-1);
        const numbers = box.elements?.map(at => toWord(values[at]));
        const elements = numbers === undefined ? {}
            : {numbers, number_texts: numbers.map(v => figure(v, 2))};
        if ((box.results ?? 1) > 1) {
            const grad = Math.hypot(...results.map(at => grads[at]));
            return {...box, ...elements, cells, grad: toWord(grad), grad_text: toText(grad)};
        }
        return {...box, ...elements, cells, value: toWord(values[place]), value_text: toText(values[place]),
                grad: toWord(grads[place]), grad_text: toText(grads[place]),
                sum_text: sumOf(terms.get(place) ?? [])};
    }
}
