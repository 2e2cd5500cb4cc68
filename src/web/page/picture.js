// The picture: Graphviz's drawing of the scene as both passes leave it, taken into parts once. A
// frame then changes words, classes and arrows, but never where anything is.

import { cellId, isConstant } from './walk.js';
import { vector } from './dom.js';
import { Box, Line } from './box.js';
import { FoldedBox } from './folded.js';

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
        // A constant in a cell is not a box, and has no edge.
        this.edges = scene.boxes.flatMap(box => box.cells.filter(cell => cell.chip === undefined).map(
            cell => new Edge(find(cellId(box, cell)), box, cell)));
        this.boxes = scene.boxes.map(box => scene.fit ? new FoldedBox(find(box.id), box)
                                                      : new Box(find(box.id), box));
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
