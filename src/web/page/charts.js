// What a training leaves to be seen while it goes on: its losses so far, and what the model makes of
// the plane. Both as vectors, drawn anew for each message.

import { figure } from './number.js';
import { html, ink, vector } from './dom.js';

const SIZE = {width: 300, height: 190, left: 44, right: 10, top: 8, bottom: 24};
const CLASSES = ['value', 'grad', 'local', 'pending', 'right', 'violet'];

const inner = {x: SIZE.left, y: SIZE.top, width: SIZE.width - SIZE.left - SIZE.right,
               height: SIZE.height - SIZE.top - SIZE.bottom};

const word = (x, y, text, anchor) =>
    vector('text', {class: 'tick', x, y, 'text-anchor': anchor}, text);

const picture = (label, ...parts) => vector('svg',
    {class: 'chart', viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: 'img', 'aria-label': label},
    ...parts, vector('rect', {class: 'frame', ...inner}));

// In colour. (The page's policy allows no attribute for that.)
function painted(element, fill) {
    element.style.setProperty('fill', fill);
    return element;
}

// Round numbers between two: 1, 2 or 5 times a power of ten.
function roundTicks(from, to, most) {
    const rough = (to - from) / most, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough), ticks = [];
    for (let k = Math.ceil(from / step); k * step <= to + 1e-9 * step; k++) {
        ticks.push(Number((k * step).toPrecision(12)));
    }
    return ticks;
}

// Powers of ten, all or every so many-th.
function powerTicks(from, to) {
    const first = Math.ceil(Math.log10(from) - 1e-9), last = Math.floor(Math.log10(to) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / 5)), ticks = [];
    for (let p = first; p <= last; p += every) {
        ticks.push(10 ** p);
    }
    return ticks;
}

// A scale: what it makes of a number, 0 to 1, and its ticks. On a logarithmic one a decade is as long
// as the next.
function scaleOf(numbers) {
    const low = Math.min(...numbers), high = Math.max(...numbers);
    if (low > 0 && high / low > 20) {
        const [a, b] = [Math.log10(low), Math.log10(high)];
        return {at: v => v > 0 ? (Math.log10(v) - a) / (b - a) : NaN, ticks: powerTicks(low, high)};
    }
    const room = (high - low) / 20 || Math.abs(high) / 10 || 1, [from, to] = [low - room, high + room];
    return {at: v => (v - from) / (to - from), ticks: roundTicks(from, to, 4)};
}

// {kind: "losses", steps, wanted, x, y}
export function lossChart({steps, wanted, x, y}) {
    const finite = y.filter(Number.isFinite);
    if (finite.length === 0) {
        return [html('p', {class: 'muted'}, 'The loss is no number.')];
    }
    const scale = scaleOf(finite), most = Math.max(wanted, steps, 2) - 1;
    const left = at => inner.x + inner.width * at / most;
    const top = v => inner.y + inner.height * (1 - scale.at(v));
    const path = x.map((at, i) => Number.isFinite(y[i]) && Number.isFinite(top(y[i]))
        ? `${i > 0 && Number.isFinite(y[i - 1]) ? 'L' : 'M'}${left(at).toFixed(1)},${top(y[i]).toFixed(1)}` : '')
        .join('');
    const ticks = scale.ticks.flatMap(v => [
        vector('path', {class: 'grid', d: `M${inner.x},${top(v).toFixed(1)}h${inner.width}`}),
        word(inner.x - 4, top(v) + 3.5, figure(v, 3), 'end')]);
    const last = y.at(-1), number = Number.isFinite(last) ? figure(last, 4) : String(last);
    return [html('h3', {}, `loss after ${steps} of ${Math.max(wanted, steps)} steps: `, ink('value', number)),
            picture(`The loss over ${steps} steps, now ${number}`, ...ticks,
                    word(inner.x, SIZE.height - 8, '0', 'middle'),
                    word(inner.x + inner.width, SIZE.height - 8, String(most + 1), 'end'),
                    vector('path', {class: 'curve-line', d: path}))];
}

// Neighbours of a row that look the same are one rectangle. A cell is the paler the less sure it is.
function regions({columns, rows, class: classes, margin}) {
    const sizes = margin.filter(Number.isFinite).toSorted((a, b) => a - b);
    const sure = sizes[Math.floor(0.9 * (sizes.length - 1))] || 1, parts = [];
    const width = inner.width / columns, height = inner.height / rows;
    const look = i => classes[i] < 0 ? 'none'
        : `${classes[i]} ${Math.round(6 * Math.min(1, margin[i] / sure))}`;
    for (let row = 0; row < rows; row++) {
        for (let column = 0, end; column < columns; column = end) {
            const here = look(row * columns + column);
            for (end = column + 1; end < columns && look(row * columns + end) === here; end++);
            if (here !== 'none') {
                const [k, much] = here.split(' ').map(Number);
                parts.push(painted(vector('rect', {x: (inner.x + column * width).toFixed(2),
                    y: (inner.y + inner.height - (row + 1) * height).toFixed(2),
                    width: ((end - column) * width + 0.3).toFixed(2), height: (height + 0.3).toFixed(2)}),
                    `color-mix(in srgb, var(--${CLASSES[k]}) ${8 + 6 * much}%, var(--background))`));
            }
        }
    }
    return parts;
}

// A shape for each class; those on the wrong side are ringed.
function pointOf(x, y, {class: k, right}) {
    const r = 2.6, d = [`M${x - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`,
        `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`, `M${x},${y - r - 1}l${r + 1},${2 * r}h${-2 * r - 2}z`,
        `M${x},${y - r - 1}l${r + 1},${r + 1}l${-r - 1},${r + 1}l${-r - 1},${-r - 1}z`,
        `M${x - r},${y}h${2 * r}M${x},${y - r}v${2 * r}`, `M${x - r},${y - r}l${2 * r},${2 * r}M${x - r},${y + r}l${2 * r},${-2 * r}`];
    return [painted(vector('path', {class: 'dot', d: d[k]}), `var(--${CLASSES[k]})`),
            ...(right ? [] : [vector('circle', {class: 'wrong', cx: x, cy: y, r: 5})])];
}

// {kind: "plot", form: "boundary", …}
export function planeChart(plot) {
    const {x, y, points, model, right, shown} = plot;
    const left = v => inner.x + inner.width * (v - x.from) / (x.to - x.from);
    const top = v => inner.y + inner.height * (1 - (v - y.from) / (y.to - y.from));
    const xs = roundTicks(x.from, x.to, 5), ys = roundTicks(y.from, y.to, 4);
    return [html('h3', {}, ink('name', model), `: ${right} of ${shown} points in their class`),
            picture(`What ${model} makes of the plane: ${right} of ${shown} points are in their class`,
                    ...regions(plot),
                    ...points.flatMap(point => pointOf(left(point.x), top(point.y), point)),
                    ...xs.map(v => word(left(v), SIZE.height - 8, figure(v, 3), 'middle')),
                    ...ys.map(v => word(inner.x - 4, top(v) + 3.5, figure(v, 3), 'end')))];
}
