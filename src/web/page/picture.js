// The picture: Graphviz's drawing of the scene as both passes leave it, taken into parts once. A
// frame then changes words, classes and arrows, but never where anything stands.

import { cellId, isConstant } from './walk.js';
import { figure, PICTURE_DIGITS } from './number.js';
import { vector } from './dom.js';

const NBSP = '\u00a0';
const words = text => text.textContent.replaceAll(NBSP, ' ').trim();

// ---- Boxes --------------------------------------------------------------------------------------

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
class Line {
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

const position = (text, name) => Number(text.getAttribute(name));

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
class Box {
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
        const first = texts.take(box.kind === 'constant' ? box.value_text : box.name);
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

    // What is seen only while the walk stands here: a ring, the header inverted, and an arrow for
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

// ---- Edges --------------------------------------------------------------------------------------

const numbers = text => text.match(/-?[\d.]+/g).map(Number);
const apart = (x, y, u, v) => Math.hypot(u - x, v - y);

// The line and the arrowhead both ways. Graphviz draws the line up to the foot of the head.
function waysOf(line, head) {
    const d = numbers(line), [x, y] = d, [fx, fy] = d.slice(-2), corners = numbers(head);
    let tip = [fx, fy];
    for (let i = 0; i < corners.length; i += 2) {
        const [u, v] = corners.slice(i, i + 2);
        tip = apart(fx, fy, u, v) > apart(fx, fy, ...tip) ? [u, v] : tip;
    }
    // The first control point that is not the start itself says where the line sets out.
    let i = 2;
    while (i + 2 < d.length && apart(x, y, d[i], d[i + 1]) < 0.01) {
        i += 2;
    }
    const reach = apart(fx, fy, ...tip), away = apart(x, y, d[i], d[i + 1]) || 1;
    const [dx, dy] = [(d[i] - x) / away, (d[i + 1] - y) / away];
    const [bx, by] = [x + reach * dx, y + reach * dy], half = reach / 2.9;
    return {
        ahead: {line, head},
        round: {
            line: `M${bx},${by}C${d.slice(2).join(' ')}L${tip.join(',')}`,
            head: `${x},${y} ${bx - half * dy},${by + half * dx} ${bx + half * dy},${by - half * dx}`,
        },
    };
}

class Edge {
    constructor(group, box, cell) {
        this.group = group;
        this.id = cellId(box, cell);
        this.box = box;
        this.cell = cell;
        this.line = group.querySelector('path');
        this.head = group.querySelector('polygon');
        this.ways = waysOf(this.line.getAttribute('d'), this.head.getAttribute('points'));
        this.halo = vector('path', {class: 'halo', d: this.ways.ahead.line});
        for (const part of [this.line, this.head]) {
            ['stroke-width', 'stroke-dasharray'].forEach(name => part.removeAttribute(name));
        }
        group.prepend(this.halo);
    }
    show(frame) {
        const {box} = this, current = frame.box === box.id;
        const cell = frame.cells?.get(this.id) ?? this.cell;
        const sent = frame.shares.has(this.id), reached = frame.values.has(box.id);
        const turned = sent && cell.share !== 0;
        const way = turned ? this.ways.round : this.ways.ahead;
        this.line.setAttribute('d', way.line);
        this.head.setAttribute('points', way.head);
        const classes = ['edge', isConstant(cell) && 'constant', reached && 'reached',
                         turned && 'sent', sent && !turned && 'nothing',
                         current && frame.step?.step === (sent ? 'backward' : 'forward') && 'now'];
        this.group.setAttribute('class', classes.filter(Boolean).join(' '));
        this.group.style.setProperty('--weight', turned ? 0.9 + 2.1 * cell.weight : 1);
    }
}

// ---- The whole ----------------------------------------------------------------------------------

// Room around the drawing for rings and arrows, in points.
const MARGIN = 4;

// The style sheet makes of the width on paper one that suits the window. Returns width : height.
function fit(svg) {
    const [x, y, w, h] = numbers(svg.getAttribute('viewBox'));
    const width = w + 2 * MARGIN, height = h + 2 * MARGIN;
    svg.setAttribute('viewBox', `${x - MARGIN} ${y - MARGIN} ${width} ${height}`);
    svg.removeAttribute('width');
    svg.removeAttribute('height');
    svg.style.setProperty('--natural', `${width * 4 / 3}px`);
    svg.style.setProperty('--aspect', width / height);
    return width / height;
}

export class Picture {
    // choose(id) is called when a value is clicked or Enter is pressed on it; point(id, element)
    // when one is pointed at or has the focus, point(null) when none is any more. grab(id), when one
    // is pressed, returns what to tell how far it is dragged, or null: it cannot be.
    constructor({svg, scene}, choose, point, grab = () => null) {
        this.svg = svg;
        this.scene = scene;
        const graph = svg.querySelector('g.graph');
        graph.querySelectorAll('title, a').forEach(title => title.remove());
        graph.querySelector(':scope > polygon')?.remove();
        this.aspect = fit(svg);
        const find = id => svg.querySelector(`#${id}`);
        this.edges = scene.boxes.flatMap(box => box.cells.map(
            cell => new Edge(find(cellId(box, cell)), box, cell)));
        this.boxes = scene.boxes.map(box => new Box(find(box.id), box));
        this.boxes.forEach(box => box.take(scene));
        this.boxes.forEach(box => box.measure());
        this.boxes.forEach(box => box.place());
        // In tape order, so that the focus goes the way of the forward pass.
        graph.append(...this.boxes.map(box => box.group));
        svg.setAttribute('role', 'group');
        svg.setAttribute('aria-label', 'The graph: a button for each value');
        this.boxes.forEach((box, i) => {
            this.listen(box, i, choose, point);
            this.listenToDrags(box, grab);
        });
    }

    // Which boxes can be dragged: they get a handle.
    offerLeaves(canMove) {
        this.boxes.forEach(box => {
            const can = canMove(box.record.id);
            box.group.classList.toggle('leaf', can);
            if (can) {
                box.addHandle();
            }
        });
    }

    // Sideways. A press that moves no further than a click's does is one.
    listenToDrags({group, record}, grab) {
        let move = null, from = 0, dragged = false;
        group.addEventListener('pointerdown', event => {
            move = event.button === 0 ? grab(record.id) : null;
            from = event.clientX;
            dragged = false;
        });
        group.addEventListener('pointermove', event => {
            const right = event.clientX - from;
            if (move === null || (!dragged && Math.abs(right) < 4)) {
                return;
            }
            if (!dragged) {
                dragged = true;
                group.setPointerCapture(event.pointerId);
            }
            move(right);
        });
        for (const end of ['pointerup', 'pointercancel']) {
            group.addEventListener(end, () => { move = null; });
        }
        group.addEventListener('click', event => {
            if (dragged) {
                dragged = false;
                event.stopImmediatePropagation();
            }
        }, {capture: true});
    }

    // The button lies over the box and does not contain its words: its label says them better.
    listen(box, i, choose, point) {
        const {group, record} = box, button = box.addButton();
        button.setAttribute('tabindex', i === 0 ? 0 : -1);
        group.addEventListener('click', () => choose(record.id));
        for (const [on, event, id] of [[group, 'pointerenter', record.id], [group, 'pointerleave', null],
                                       [button, 'focus', record.id], [button, 'blur', null]]) {
            on.addEventListener(event, () => point(id, group));
        }
        group.addEventListener('keydown', event => {
            const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
            if (by !== undefined) {
                this.focus(i + by);
                event.preventDefault();
            } else if (event.key === 'Enter' || event.key === ' ') {
                choose(record.id);
                event.preventDefault();
                event.stopPropagation();
            }
        });
    }

    // One value of the picture at a time can be reached by Tab; the arrows go to the others.
    focus(i) {
        const next = this.boxes[(i + this.boxes.length) % this.boxes.length];
        this.boxes.forEach(box => box.button.setAttribute('tabindex', box === next ? 0 : -1));
        next.button.focus();
    }

    show(frame, labelOf) {
        const backward = frame.step !== null && frame.step.step !== 'forward';
        const direction = {LR: ['LR', 'RL'], TB: ['TB', 'BT']}[this.scene.direction][+backward];
        this.svg.classList.toggle('backward', backward);
        this.edges.forEach(edge => edge.show(frame));
        this.boxes.forEach(box => box.show(frame, labelOf(box.record, frame)));
        Line.fitAll();
        const current = this.boxes.find(box => box.record.id === frame.box);
        if (current !== undefined) {
            current.point(direction);
            this.reveal(current.group);
        }
    }

    // Is the picture larger than its place?
    overflows() {
        const {scrollWidth, clientWidth, scrollHeight, clientHeight} = this.svg.parentElement;
        return scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1;
    }

    // Scrolls a picture that is larger than its place; the page itself stays where it is.
    reveal(group) {
        const frame = this.svg.parentElement, place = frame.getBoundingClientRect();
        const box = group.getBoundingClientRect(), near = 40;
        const off = (low, high, from, to) => Math.min(0, low - near - from) ||
            Math.max(0, high + near - to);
        frame.scrollBy(off(box.left, box.right, place.left, place.right),
                       off(box.top, box.bottom, place.top, place.bottom));
    }

    // Marks a value and the edges on its paths to the output; null: none.
    select(id) {
        const on = new Set([id]);
        for (const box of this.scene.boxes) {
            if (box.cells.some(cell => on.has(cell.from) && !isConstant(cell))) {
                on.add(box.id);
            }
        }
        this.boxes.forEach(box => {
            box.group.classList.toggle('chosen', box.record.id === id);
            box.button.setAttribute('aria-pressed', box.record.id === id);
        });
        this.edges.forEach(({group, cell, halo}) =>
            halo.classList.toggle('on', on.has(cell.from) && !isConstant(cell)));
    }
}
