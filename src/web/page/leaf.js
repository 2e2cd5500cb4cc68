// Other values for a leaf: dragged in the picture, or moved on a slider beside it. The page's engine
// computes both passes anew, so all that depends on the leaf moves with it, gradients too; the
// recorded walk, or the session, stays as it is.

import { called, part } from './called.js';
import { engineOf, isLeaf } from './engine.js';
import { find, html, ink, vector } from './dom.js';
import { figure } from './number.js';

const PIXELS = 4;        // of dragging, for one step of the value
const REACH = 40;        // steps to each side that slider and curve show
const CURVE = {width: 360, height: 200, margin: 12, points: 161};

// One step: a tenth of the value's power of ten.
const stepOf = v => 10 ** Math.floor(Math.log10(Math.max(Math.abs(v), 0.3))) / 10;
// A value on the grid of its steps, without the dust of binary fractions.
const onGrid = (v, step) => Number((Math.round(v / step) * step).toPrecision(12));

// The output over one leaf, the others held: its curve, the point where it is, and the tangent there,
// whose slope is the leaf's gradient.
function curveOf(engine, changes, id, from, to, grad) {
    const {width, height, margin, points} = CURVE, at = changes.get(id);
    const xs = Array.from({length: points}, (_, i) => from + (to - from) * i / (points - 1));
    const ys = xs.map(x => engine.root(new Map(changes).set(id, x)));
    const now = engine.root(changes);
    const finite = [...ys, now].filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)], room = high - low || 1;
    const left = x => margin + (width - 2 * margin) * (x - from) / (to - from);
    const top = y => height - margin - (height - 2 * margin) * (y - low) / room;
    const place = (x, y) => `${left(x).toFixed(1)},${top(y).toFixed(1)}`;
    const path = xs.map((x, i) => Number.isFinite(ys[i])
        ? `${i > 0 && Number.isFinite(ys[i - 1]) ? 'L' : 'M'}${place(x, ys[i])}` : '').join('');
    const zero = low < 0 && high > 0
        ? [vector('path', {class: 'zero', d: `M${place(from, 0)}L${place(to, 0)}`})] : [];
    const tangent = Number.isFinite(grad) && Number.isFinite(now)
        ? [vector('path', {class: 'tangent', d: `M${place(from, now + grad * (from - at))}` +
                           `L${place(to, now + grad * (to - at))}`})] : [];
    const point = Number.isFinite(now)
        ? [vector('circle', {class: 'point', cx: left(at), cy: top(now), r: 5})] : [];
    return vector('svg', {class: 'curve', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'},
                  ...zero, ...tangent, vector('path', {class: 'line', d: path}), ...point);
}

export class LeafTrial {
    engine = null;
    changes = new Map();  // box id → value that is tried
    id = null;            // the leaf whose slider is shown

    // show(scene) puts the values of a scene on the page; show(null): those at rest again.
    // offers: more buttons, {words, act(assignments)} each; assignments: [[name, value], …]
    constructor(show, offers = []) {
        this.show = show;
        this.offers = offers;
    }

    // Another picture, or none. scene: as both passes leave it.
    take(scene) {
        this.scene = scene;
        this.engine = scene === null ? null : engineOf(scene);
        this.forget();
    }

    // The session has gone on: the same graph, and other values of its leaves perhaps. boxes: as they are.
    settle(boxes) {
        const leaves = boxes.filter(isLeaf);
        const known = leaves.every(({id}) => this.box(id) !== undefined);
        if (this.engine === null || !known || leaves.every(({id, value}) => this.box(id).value === value)) {
            return;
        }
        this.engine.settle(leaves);
        this.scene = this.engine.run(new Map());
        this.offer(this.id);
    }

    box(id) {
        return this.scene?.boxes.find(box => box.id === id);
    }

    canMove(id) {
        const box = this.engine === null ? undefined : this.box(id);
        return box !== undefined && isLeaf(box) && typeof box.value === 'number';
    }

    get moved() {
        return this.changes.size > 0;
    }

    // What is at rest is shown by someone else.
    forget() {
        this.changes.clear();
        document.body.classList.remove('trying');
        this.offer(this.id);
    }

    putBack() {
        this.changes.clear();
        document.body.classList.remove('trying');
        this.show(null);
        this.offer(this.id);
    }

    valueOf(id) {
        return this.changes.get(id) ?? this.box(id).value;
    }

    // A leaf is taken hold of: returns what to call with the pixels that it has moved to the right.
    grab(id) {
        if (!this.canMove(id)) {
            return null;
        }
        const from = this.valueOf(id), step = stepOf(this.box(id).value);
        return right => {
            if (this.id !== id) {
                this.offer(id);
            }
            this.move(id, onGrid(from + Math.round(right / PIXELS) * step, step));
        };
    }

    move(id, value) {
        if (value === this.valueOf(id)) {
            return;
        }
        this.changes.set(id, value);
        document.body.classList.add('trying');
        const tried = this.engine.run(this.changes);
        this.show(tried);
        this.tell(tried);
    }

    // ---- The slider and what it moves ----

    // The panel of this leaf; of anything else there is none.
    offer(id) {
        this.id = id !== null && this.canMove(id) ? id : null;
        const panel = find('try');
        panel.hidden = this.id === null;
        if (this.id === null) {
            panel.replaceChildren();
            return;
        }
        const {name, value} = this.box(id), step = stepOf(value);
        this.slider = html('input', {type: 'range', min: onGrid(value - REACH * step, step),
            max: onGrid(value + REACH * step, step), step, value: this.valueOf(id),
            'aria-label': `Try other values of ${name}`});
        this.slider.addEventListener('input', () => this.move(id, Number(this.slider.value)));
        this.said = html('output', {class: 'tried'});
        this.curve = html('div', {class: 'curves'});
        this.buttons = html('div', {class: 'buttons'});
        panel.replaceChildren(
            html('div', {}, html('h3', {}, 'Try other values of ', ink('name', name)), this.slider,
                 this.said, this.buttons), this.curve);
        this.tell(this.engine.run(this.changes));
    }

    // What has come of it.
    tell(tried) {
        const {id} = this, box = tried.boxes.find(each => each.id === id);
        const rest = this.box(id), digits = this.digits ?? 6;
        const root = each => each.boxes.find(({id: at}) => at === tried.root);
        const number = (meaning, v) => ink(meaning, figure(v, digits));
        const change = (meaning, before, now) => before === now ? [number(meaning, now)]
            : [number(meaning, before), ' → ', number(`${meaning} strong`, now)];
        const [before, now] = [root(this.scene), root(tried)];
        this.slider.value = this.valueOf(id);
        this.slider.setAttribute('aria-valuetext', `${box.name} = ${figure(box.value, digits)}`);
        this.said.replaceChildren(
            html('span', {}, ink('name', box.name), ' = ', ...change('value', rest.value, box.value)),
            ...(now.id === id ? [] : [html('span', {}, ink('name', called(now)), ' = ',
                ...change('value', before.value, now.value))]),
            html('span', {}, `∂${part(now)}/∂${box.name} = `,
                 ...change('grad', this.restGrad(id), box.grad)));
        this.curve.replaceChildren(curveOf(this.engine, new Map(this.changes).set(id, this.valueOf(id)),
            id, Math.min(Number(this.slider.min), box.value), Math.max(Number(this.slider.max), box.value),
            box.grad));
        this.curve.append(html('p', {class: 'muted'}, `${called(now)} over ${box.name}; the slope of the ` +
            'line is the gradient.'));
        this.#showButtons();
    }

    restGrad(id) {
        this.atRest ??= new WeakMap();
        if (!this.atRest.has(this.scene)) {
            this.atRest.set(this.scene, this.engine.run(new Map()));
        }
        return this.atRest.get(this.scene).boxes.find(box => box.id === id).grad;
    }

    #showButtons() {
        const button = (words, act) => {
            const element = html('button', {type: 'button'}, words);
            element.addEventListener('click', act);
            return element;
        };
        const assignments = () => [...this.changes].map(([id, value]) => [this.box(id).name, value]);
        if (!this.moved) {
            this.buttons.replaceChildren();
        } else if (this.buttons.children.length === 0) {
            this.buttons.append(button('Put back', () => {
                this.putBack();
                this.slider?.focus();
            }), ...this.offers.map(({words, act}) => button(words, () => act(assignments()))));
        }
    }
}
