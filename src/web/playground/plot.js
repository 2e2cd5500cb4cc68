// Plots as SVG: curves, and the map of a classifier with its data. The same drawing is in the
// transcript and goes into a file; its colours are classes there, and set out there.

import { vector } from '../page/dom.js';
import { figure } from '../page/number.js';

const WIDTH = 560, HEIGHT = 320;
const SPACE = {left: 52, right: 14, top: 14, bottom: 40};
const INNER = {width: WIDTH - SPACE.left - SPACE.right, height: HEIGHT - SPACE.top - SPACE.bottom};

// Round places for marks: 1, 2 or 5 times a power of ten apart, about `count` of them.
export function ticks(from, to, count, whole = false) {
    const span = to - from;
    if (!(span > 0) || !Number.isFinite(span)) {
        return [from];
    }
    const power = 10 ** Math.floor(Math.log10(span / count));
    const step = [1, 2, 5, 10].map(times => times * power).find(each => span / each <= count);
    const by = whole ? Math.max(1, Math.round(step)) : step, found = [];
    for (let i = Math.ceil(from / by - 1e-9); i * by <= to + by * 1e-9; i++) {
        found.push(i * by);
    }
    return found;
}

const number = v => typeof v === 'number' ? v : v === 'inf' ? Infinity : v === '-inf' ? -Infinity : NaN;

class Frame {
    constructor({x, y}) {
        const [from, to] = [number(y.from), number(y.to)], room = (to - from) * 0.06 || 1;
        this.x = {from: number(x.from), to: number(x.to), label: x.label, whole: x.whole};
        this.y = {from: from - room, to: to + room, label: y.label, whole: y.whole};
        if (!(this.x.to > this.x.from)) {
            this.x.from -= 1;
            this.x.to += 1;
        }
    }
    left(v) {
        return SPACE.left + INNER.width * (v - this.x.from) / (this.x.to - this.x.from);
    }
    top(v) {
        return SPACE.top + INNER.height * (1 - (v - this.y.from) / (this.y.to - this.y.from));
    }

    axes() {
        const text = (attributes, words) => vector('text', {class: 'plot-text', ...attributes}, words);
        const short = v => figure(Number(v.toPrecision(6)), 4);
        const across = ticks(this.x.from, this.x.to, 7, this.x.whole).flatMap(v => [
            vector('line', {class: 'plot-grid', x1: this.left(v), x2: this.left(v), y1: SPACE.top,
                            y2: SPACE.top + INNER.height}),
            text({x: this.left(v), y: HEIGHT - SPACE.bottom + 16, 'text-anchor': 'middle'}, short(v))]);
        const up = ticks(this.y.from, this.y.to, 6).flatMap(v => [
            vector('line', {class: 'plot-grid', x1: SPACE.left, x2: SPACE.left + INNER.width,
                            y1: this.top(v), y2: this.top(v)}),
            text({x: SPACE.left - 6, y: this.top(v) + 4, 'text-anchor': 'end'}, short(v))]);
        const zero = this.y.from < 0 && this.y.to > 0
            ? [vector('line', {class: 'plot-zero', x1: SPACE.left, x2: SPACE.left + INNER.width,
                               y1: this.top(0), y2: this.top(0)})] : [];
        const label = this.x.label === undefined ? []
            : [text({x: SPACE.left + INNER.width / 2, y: HEIGHT - 6, 'text-anchor': 'middle'},
                    this.x.label)];
        return [...across, ...up, ...zero, ...label];
    }
}

// A curve is drawn where it is finite.
function line(frame, {x, y}) {
    let path = '', pen = 'M';
    x.forEach((at, i) => {
        const v = number(y[i]);
        if (!Number.isFinite(v)) {
            pen = 'M';
            return;
        }
        path += `${pen}${frame.left(number(at)).toFixed(2)},${frame.top(v).toFixed(2)}`;
        pen = 'L';
    });
    return path;
}

const CURVES = 6;  // colours there are

function legend(series) {
    return series.length < 2 && series[0]?.label === undefined ? []
        : series.map((each, i) => vector('g', {class: `plot-key curve${i % CURVES}`},
            vector('line', {x1: SPACE.left + 10, x2: SPACE.left + 34, y1: SPACE.top + 12 + 16 * i,
                            y2: SPACE.top + 12 + 16 * i}),
            vector('text', {class: 'plot-text', x: SPACE.left + 40, y: SPACE.top + 16 + 16 * i},
                   each.label)));
}

function curves(record, frame) {
    return [...record.series.map((each, i) =>
        vector('path', {class: `plot-curve curve${i % CURVES}`, d: line(frame, each)})),
            ...legend(record.series)];
}

// Cells of the map, the lowest row first, then the data on it; a point that is on the wrong side has a ring.
function boundary(record, frame) {
    const {columns, rows, class: classes, margin, points = []} = record;
    const width = INNER.width / columns, height = INNER.height / rows;
    const cells = classes.map((which, i) => vector('rect', {
        class: `map${which % CURVES}`, x: (SPACE.left + width * (i % columns)).toFixed(2),
        y: (SPACE.top + height * (rows - 1 - Math.floor(i / columns))).toFixed(2),
        width: width.toFixed(2), height: height.toFixed(2), 'shape-rendering': 'crispEdges',
        'fill-opacity': (0.12 + 0.4 * Math.min(1, number(margin?.[i] ?? 1) || 0)).toFixed(2)}));
    const data = points.map(point => vector('circle', {
        class: `point${point.class % CURVES}${point.right === false ? ' wrong' : ''}`,
        cx: frame.left(point.x), cy: frame.top(point.y), r: point.right === false ? 5 : 3.6}));
    return [...cells, ...data];
}

// What a screen reader says of it.
function told(record) {
    if (record.form === 'curves') {
        return `A plot of ${record.series.map(each => each.label).join(', ')}` +
            (record.x.label === undefined ? '' : ` over ${record.x.label}`);
    }
    return `A map of ${record.model ?? 'the model'}` +
        (record.right === undefined ? '' : `: ${record.right} of ${record.of} points are right`);
}

export function plot(record) {
    const map = record.form !== 'curves', frame = new Frame(record);
    if (map) {
        // The map fills its frame.
        frame.y.from = number(record.y.from);
        frame.y.to = number(record.y.to);
    }
    return vector('svg', {class: 'plot', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img',
                          'aria-label': told(record)},
                  ...(map ? boundary(record, frame) : []), ...frame.axes(),
                  ...(map ? [] : curves(record, frame)));
}

// A loss as it falls, small, while a training runs.
export function spark(losses) {
    const width = 220, height = 44, finite = losses.filter(Number.isFinite);
    const most = Math.max(...finite), least = Math.min(...finite), span = most - least || 1;
    const points = finite.map((v, i) =>
        `${(width * i / Math.max(1, finite.length - 1)).toFixed(1)},` +
        `${(3 + (height - 6) * (1 - (v - least) / span)).toFixed(1)}`);
    return vector('svg', {class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'},
                  vector('polyline', {points: points.join(' ')}));
}
