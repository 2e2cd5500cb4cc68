// The boxes of a picture: the parts of each, taken from Graphviz's drawing, and what a frame makes of
// them.

import { called } from './called.js';
import { cellId, isConstant } from './walk.js';
import { figure, PICTURE_DIGITS } from './number.js';
import { vector } from './dom.js';

const NBSP = '\u00a0';
export const words = text => text.textContent.replaceAll(NBSP, ' ').trim();

const contains = (r, x, y) => x > r.x && x < r.x + r.width && y > r.y && y < r.y + r.height;
const area = r => r.width * r.height;
// Fill and frame of one table: they differ by half the width of a thick frame.
const same = (r, s) => Math.abs(r.x - s.x) < 2 && Math.abs(r.y - s.y) < 2 &&
    Math.abs(r.width - s.width) < 4 && Math.abs(r.height - s.height) < 4;
// The least rectangle that holds these.
function around(rects) {
    const x = Math.min(...rects.map(r => r.x)), y = Math.min(...rects.map(r => r.y));
    return {x, y, width: Math.max(...rects.map(r => r.x + r.width)) - x,
            height: Math.max(...rects.map(r => r.y + r.height)) - y};
}
const drawn = (shape, what) => !['none', 'transparent', null].includes(shape.getAttribute(what));

// The texts of a node's group, in the order in which src/host/dot/dot.c writes them.
class Texts {
    constructor(group) {
        this.left = [...group.querySelectorAll('text')];
    }
    // The next one that says just this; those before it are thrown away.
    take(expected) {
        const wanted = expected.replaceAll(NBSP, ' ').trim();
        for (;;) {
            const text = this.left.shift();
            if (text === undefined) {
                throw new Error(`the drawing lacks the word “${expected}”`);
            }
            if (words(text) === wanted) {
                return text;
            }
            text.remove();
        }
    }
}

// A line of words in several inks, kept within `room` by narrowing the letters where a machine has
// other fonts than the layout reckoned with.
//
// To measure after each change would have the browser lay the picture out as often: what was said
// anew is measured at once, when all is said.
export class Line {
    static #fresh = [];

    static fitAll() {
        const wide = Line.#fresh.filter(({text, room}) => text.getComputedTextLength() > room);
        for (const {text, room} of wide) {
            text.setAttribute('textLength', room);
            text.setAttribute('lengthAdjust', 'spacingAndGlyphs');
        }
        Line.#fresh = [];
    }

    constructor(text, room) {
        this.text = text;
        this.room = Math.max(room, 1);
    }
    right(x) {
        this.text.setAttribute('text-anchor', 'end');
        this.text.setAttribute('x', x);
        return this;
    }
    // parts: [ink, words] each. Most lines stay as they are.
    say(...parts) {
        const runs = parts.filter(([, said]) => said !== ''), all = runs.join();
        if (all === this.said) {
            return;
        }
        this.said = all;
        this.text.replaceChildren(...runs.map(([meaning, said]) =>
            vector('tspan', {class: meaning}, said.replaceAll(' ', NBSP))));
        this.text.removeAttribute('textLength');
        Line.#fresh.push(this);
    }
}

export const position = (text, name) => Number(text.getAttribute(name));

// One operand: its derivative, and below it local × upstream = share.
class Cell {
    constructor(box, cell, texts, scene, rects) {
        this.id = cellId(box, cell);
        this.record = cell;
        const line = text => {
            const x = position(text, 'x'), inside = rects.filter(
                rect => contains(rect, x + 1, position(text, 'y') - 2));
            const room = Math.min(...inside.map(rect => rect.x + rect.width - x)) - 1;
            return new Line(text, room);
        };
        if (isConstant(cell)) {
            line(texts.take(scene.compact ? '·' : 'constant')).text.classList.add('muted');
            return;
        }
        this.first = line(texts.take(scene.compact ? cell.local_text : cell.symbol));
        if (!scene.compact) {
            texts.take(cell.local_text).remove();
            this.second = line(texts.take(cell.local_text));
            texts.take(cell.upstream_text).remove();
            texts.take(cell.share_text).remove();
        }
        this.symbol = scene.compact ? '' : cell.symbol + '  ';
    }
    show(frame, computed) {
        if (this.first === undefined) {
            return;
        }
        const cell = frame.cells?.get(this.id) ?? this.record;
        this.first.say(['muted', this.symbol],
                       computed ? ['local', cell.local_text] : ['muted', '·']);
        this.second?.say(...(frame.shares.has(this.id)
            ? [['local', cell.local_text], ['muted', ' × '], ['grad', cell.upstream_text],
               ['muted', ' = '], ['grad strong', cell.share_text]]
            : []));
    }
}

// Value, gradient and the sum below it, right-aligned in the body.
//
// Made in four goes, each for all boxes before the next, so that what is measured and what is
// changed do not take turns: the shapes are measured (constructor), the words taken (take), these
// measured (measure), and the rest put in its place (place).
export class Box {
    constructor(group, box) {
        this.group = group;
        this.record = box;
        this.shapes = [...group.querySelectorAll('polygon, path')];
        this.rects = this.shapes.map(shape => shape.getBBox());
        this.all = around(this.rects);
    }

    take(scene) {
        const {group, record: box, shapes, rects} = this;
        const texts = new Texts(group);
        this.cells = box.cells.map(cell => new Cell(box, cell, texts, scene, rects));
        const first = texts.take(box.kind === 'constant' ? box.value_text : called(box));
        const x = position(first, 'x'), y = position(first, 'y');
        this.body = rects.filter(rect => contains(rect, x + 1, y - 2))
            .reduce((least, rect) => area(rect) < area(least) ? rect : least);
        this.dress(shapes, rects);
        if (box.kind === 'constant') {
            first.classList.add('value');
            return;
        }
        this.name = first;
        first.classList.add('name');
        this.opText = texts.take(box.op);
        this.opText.classList.add('op');
        this.valueLabel = texts.take('value');
        this.valueText = texts.take(box.value_text);
        this.gradLabel = texts.take('grad');
        this.gradText = texts.take(box.grad_text);
        this.sumText = box.sum_text === '' ? null : texts.take(box.sum_text);
        [this.valueLabel, this.gradLabel].forEach(label => label.classList.add('muted'));
        texts.left.forEach(text => text.remove());
    }

    measure() {
        if (this.name !== undefined) {
            const label = this.valueLabel.getBBox();
            this.labelEnd = label.x + label.width;
            this.nameEnd = this.name.getBBox().x + this.name.getComputedTextLength();
        }
    }

    place() {
        if (this.name !== undefined) {
            this.row();
            this.mark(this.name, position(this.name, 'y'));
        }
    }

    // Which shape is what: its fill and its frame take their colours from the style sheet.
    dress(shapes, rects) {
        const {group, record} = this;
        group.setAttribute('class', `node ${record.kind}${record.derivative ? ' derivative' : ''}`);
        shapes.forEach((shape, i) => {
            shape.classList.toggle('fill', drawn(shape, 'fill'));
            shape.classList.toggle('body', same(rects[i], this.body));
            shape.classList.toggle('frame', drawn(shape, 'stroke'));
            if (record.dead) {
                shape.removeAttribute('stroke-dasharray');
            }
        });
    }

    row() {
        const pad = position(this.name, 'x') - this.body.x;
        const right = this.body.x + this.body.width - pad;
        const line = (text, room) => new Line(text, room).right(right);
        this.op = line(this.opText, right - this.nameEnd - 2);
        this.value = line(this.valueText, right - this.labelEnd - 3);
        this.grad = line(this.gradText, right - this.labelEnd - 3);
        if (this.sumText !== null) {
            this.sum = line(this.sumText, this.body.width - 2 * pad);
        }
    }

    // What is seen only while the walk is here: a ring, the header inverted, and an arrow for
    // the direction of the pass.
    mark(name, y) {
        const {body, group, all} = this, out = 3;
        group.prepend(vector('rect', {class: 'ring', x: all.x - out, y: all.y - out, rx: 4,
                                    width: all.width + 2 * out, height: all.height + 2 * out}));
        name.before(vector('rect', {class: 'band', x: body.x, y: body.y, width: body.width,
                                  height: y + 4 - body.y}));
        this.flag = vector('path', {class: 'flag'});
        this.corner = [all.x - out, all.y - out];
        group.append(this.flag);
    }

    addButton() {
        const {x, y, width, height} = this.all;
        this.button = vector('rect', {class: 'button', role: 'button', x, y, width, height});
        this.group.append(this.button);
        return this.button;
    }

    // What a leaf is dragged by, at the middle of its lower edge.
    addHandle() {
        const {all} = this, x = all.x + all.width / 2, y = all.y + all.height;
        this.group.append(vector('g', {class: 'handle'},
            vector('rect', {x: x - 13, y: y - 5, width: 26, height: 10, rx: 5}),
            vector('path', {d: `M${x - 4},${y - 2.5}l-3,2.5l3,2.5M${x + 4},${y - 2.5}l3,2.5l-3,2.5`})));
    }

    show(frame, label) {
        const {group} = this, record = frame.boxes?.get(this.record.id) ?? this.record;
        const value = frame.values.get(record.id), grad = frame.grads.get(record.id);
        const computed = value !== undefined, current = frame.box === record.id;
        this.cells.forEach(cell => cell.show(frame, computed));
        this.button.setAttribute('aria-label', label);
        group.classList.toggle('now', current);
        group.classList.toggle('dead', record.dead && computed);
        if (current) {
            this.button.setAttribute('aria-current', 'step');
        } else {
            this.button.removeAttribute('aria-current');
        }
        if (record.kind === 'constant') {
            return;
        }
        const output = record.kind === 'output' ? ' · output' : '';
        this.op.say(['muted', record.op + (record.dead && computed ? ' · dead' : '') + output]);
        this.value.say(computed ? ['value', figure(value, PICTURE_DIGITS)] : ['muted', '·']);
        this.grad.say(grad === undefined ? ['muted', '·']
            : grad.whole ? ['grad strong', figure(grad.now, PICTURE_DIGITS)]
                         : ['grad', figure(grad.now, PICTURE_DIGITS) + ' …']);
        this.sum?.say(['grad', grad?.whole ? record.sum_text : '']);
    }

    // The arrow at the corner: where what is computed goes from here.
    point(direction) {
        const [x, y] = this.corner;
        const shape = {LR: 'l10,5l-10,5z', RL: 'm10,0l-10,5l10,5z', TB: 'l5,10l5,-10z',
                       BT: 'm0,10l5,-10l5,10z'}[direction];
        this.flag.setAttribute('d', `M${x - 5},${y - 5}${shape}`);
    }
}
