// A network by layers, beside its graph: a card for each layer, in the order of the forward pass, and
// steps from layer to layer, forward and back. What it shows is a record of kind "flow"
// (docs/records.md), as the command of that name answers with.

import { find, html, ink } from './dom.js';
import { figure } from './number.js';

const ROWS_MOST = 4, COLUMNS_MOST = 4;  // of an array that are shown
const EXACT_MOST = 3;                   // columns up to which numbers have all their digits
const DECADES = 6;                      // powers of ten that the bar of a δ spans

const sign = v => v.replace('x', '×');
const isLoose = name => /[^\w]/.test(name);
const derivativeOf = (of, by) => `d${isLoose(of) ? `(${of})` : of}/d${by.includes(',') ? `(${by})` : by}`;
const titleOf = layer => layer.number > 0 ? `Layer ${layer.number}` : layer.z.name;
const times = (count, one, more) => `${count} ${count === 1 ? one : more}`;

// ---- What a step shows --------------------------------------------------------------------------

// The steps of both passes: which layer each is at (-1: the output), and what it is.
function stepsOf(flow) {
    const layers = flow.layers.map((_, i) => i);
    return [...layers.map(at => ({pass: 'forward', at})), {pass: 'forward', at: -1},
            {pass: 'backward', at: -1}, ...layers.toReversed().map(at => ({pass: 'backward', at})),
            ...(flow.rate === undefined ? []
                : [{pass: 'update', at: -1}, {pass: 'again', at: -1}])];
}

const PASSES = {forward: 'Forward pass', backward: 'Backward pass', update: 'The update',
                again: 'The next forward pass'};

// ---- Words --------------------------------------------------------------------------------------

const deltaOf = layer => layer.number > 0 ? `δ${layer.number}` : 'd';

const ratioText = layer => layer.ratio === undefined || layer.ratio === 0 ? ''
    : `, ${figure(layer.ratio, 3)} times that of the layer above`;

function markText(layer, mark) {
    const share = 100 * layer.saturated, number = v => figure(v, 3);
    const length = `the length of its δ is ${number(layer.z.grad_norm)}${ratioText(layer)}`;
    return mark === 'saturated' ? `saturated: ${number(share)}% of its slopes are under 0.01`
        : mark === 'dead' ? `dead units: ${Math.round(layer.dead * layer.units)} of ${layer.units} let no ` +
              `gradient pass${layer.samples > 1 ? ` for any of ${layer.samples} samples` : ' at this input'}`
        : `${mark}: ${length}`;
}

const equationOf = array => [ink('name', array.name), array.formula === '' ? '' : ` = ${array.formula}`];

function tellForward(flow, step) {
    if (step.at < 0) {
        return [...equationOf(flow.output), ' = ', ink('value strong', figure(flow.output.value, 6))];
    }
    const {z, a} = flow.layers[step.at];
    return [...equationOf(z), ...(a === undefined ? [] : ['; then ', ...equationOf(a)])];
}

function tellBackward(flow, step) {
    if (step.at < 0) {
        const name = flow.output.name;
        return [ink('grad', derivativeOf(name, name)), ' = ', ink('grad strong', '1'), ', the seed'];
    }
    const layer = flow.layers[step.at], own = layer.weights.filter(v => isLowest(flow, step.at, v));
    return [ink('grad', `${deltaOf(layer)} = ${derivativeOf(flow.output.name, layer.z.name)}`),
            ` has length ${figure(layer.z.grad_norm, 3)}${ratioText(layer)}`,
            ...(own.length === 0 ? [] : ['; it gives ', ink('grad', own.map(v => `d${v.name}`).join(', '))])];
}

function tell(flow, step) {
    return step === null ? ['Given: the inputs and the parameters.']
        : step.pass === 'forward' ? tellForward(flow, step)
        : step.pass === 'backward' ? tellBackward(flow, step)
        : step.pass === 'update' ? [`Each parameter moves by −${figure(flow.rate, 6)} times its gradient.`]
        : [ink('name', flow.output.name), ' was ', ink('value', figure(flow.output.value, 6)), ' and is ',
           ink('value strong', figure(flow.output.after, 6)), ' now'];
}

// A parameter that several layers use has one gradient, the sum over its uses: it is complete, and
// shown, at the lowest of them.
const isLowest = (flow, at, weight) => !flow.layers.slice(0, at).some(
    layer => layer.weights.some(each => each.name === weight.name));

// ---- Numbers ------------------------------------------------------------------------------------

// Rows of an array: of a vector one. The record may end within a row, which is then left out.
function rowsOf(value) {
    const rows = !Array.isArray(value) ? [[value]] : value.some(Array.isArray) ? value : [value];
    return rows.length > 1 && rows.at(-1).length < rows[0].length ? rows.slice(0, -1) : rows;
}

// An array as a small table, shortened; `length` is its norm.
function arrayTable(value, count, length, meaning, digits) {
    const rows = rowsOf(value), wide = rows[0].length;
    const exact = wide <= EXACT_MOST ? digits : 3, cut = wide > COLUMNS_MOST;
    const shown = rows.slice(0, ROWS_MOST), some = cut || shown.flat().length < count;
    const body = shown.map(row => html('tr', {},
        ...row.slice(0, COLUMNS_MOST).map(v => html('td', {class: meaning}, figure(v, exact))),
        ...(cut ? [html('td', {class: 'muted'}, '…')] : [])));
    return [html('table', {class: 'array'}, html('tbody', {}, ...body)),
            ...(some ? [html('p', {class: 'muted'}, `${count} numbers, of length ${figure(length, 3)}`)] : [])];
}

// ---- The view -----------------------------------------------------------------------------------

export class Layers {
    flow = null;
    at = 0;

    // look(view): "graph" or "layers" is what the page shows now.
    constructor(look = () => {}) {
        this.look = look;
        find('view-graph').addEventListener('click', () => this.choose('graph'));
        find('view-layers').addEventListener('click', () => this.choose('layers'));
        find('layer-back').addEventListener('click', () => this.go(this.at - 1));
        find('layer-step').addEventListener('click', () => this.go(this.at + 1));
        document.addEventListener('keydown', event => this.press(event));
    }

    get shown() {
        return document.body.dataset.view === 'layers';
    }

    // The layers to show; undefined: there are none. alone: there is no graph beside them. The place
    // among the steps stays where it is, if there are as many: at the end, at first.
    take(flow, digits, {alone = false, from = null} = {}) {
        this.flow = flow ?? null;
        this.digits = digits;
        const steps = flow === undefined ? [] : stepsOf(flow);
        this.at = from ?? (steps.length === this.steps?.length ? this.at : steps.length);
        this.steps = steps;
        find('views').hidden = flow === undefined || alone;
        if (flow === undefined) {
            this.choose('graph');
            return;
        }
        this.go(this.at);
        if (alone) {
            this.choose('layers');
        }
    }

    choose(view) {
        document.body.dataset.view = view;
        find('layers').hidden = view !== 'layers';
        find('view-graph').ariaPressed = view === 'graph';
        find('view-layers').ariaPressed = view === 'layers';
        this.look(view);
    }

    press(event) {
        const {key, target} = event, last = this.steps?.length;
        const to = {ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last}[key];
        const own = target.matches('input, textarea') || event.ctrlKey || event.altKey || event.metaKey;
        if (this.shown && to !== undefined && !own) {
            this.go(to);
            event.preventDefault();
        }
    }

    // Shows what is known after so many steps.
    go(at) {
        this.at = Math.max(0, Math.min(at, this.steps.length));
        const step = this.at === 0 ? null : this.steps[this.at - 1];
        const where = step === null ? 'Before the first step'
            : PASSES[step.pass] + (step.pass === 'update' || step.pass === 'again' ? ''
                : step.at < 0 ? `, ${step.pass === 'forward' ? 'the loss' : 'from the loss'}`
                : `, ${titleOf(this.flow.layers[step.at]).toLowerCase()}`);
        find('layers').dataset.pass = step?.pass === 'backward' || step?.pass === 'update' ? 'backward' : '';
        find('layer-back').ariaDisabled = this.at === 0;
        find('layer-step').ariaDisabled = this.at === this.steps.length;
        find('layer-count').value = `${this.at} of ${this.steps.length}`;
        find('layer-story').replaceChildren(html('h2', {}, where),
                                            html('p', {class: 'line'}, ...tell(this.flow, step)));
        find('cards').replaceChildren(...this.#cards(step));
        find('cards').querySelector('.now')?.scrollIntoView?.({block: 'nearest', inline: 'nearest'});
    }

    // Has this step been taken?
    #done(pass, at) {
        const i = this.steps.findIndex(step => step.pass === pass && step.at === at);
        return i >= 0 && i < this.at;
    }

    #row(name, array, meaning, known, key = 'value') {
        const length = {value: 'norm', grad: 'grad_norm', after: 'after_norm'}[key];
        return html('tr', {},
            html('th', {scope: 'row', ...(key === 'grad' ? {class: 'grad'} : {})}, ...name), html('td', {class: 'muted'}, sign(array.shape)),
            html('td', {}, ...(known ? arrayTable(array[key], array.count, array[length], meaning, this.digits)
                                     : [ink('muted', '·')])));
    }

    // A row of a value, and what it is after the update.
    #rows(array, known, changed, formula = true) {
        const {name} = array;
        return [this.#row(formula ? equationOf(array) : [ink('name', name)], array, 'value', known),
                ...(changed ? [this.#row([ink('muted', 'then '), ink('name', name)], array, 'value', true, 'after')]
                            : [])];
    }

    #card(title, about, rows, {now = false, marks = [], bar = null, kind = ''} = {}) {
        return html('li', {class: ['layer', kind, now && 'now', marks.length > 0 && 'marked'].filter(Boolean).join(' '),
                           ...(now ? {'aria-current': 'step'} : {})},
            html('h3', {}, title, ' ', ink('muted', about)),
            ...marks.map(mark => html('p', {class: 'mark'}, mark)),
            html('table', {}, html('tbody', {}, ...rows)), ...(bar === null ? [] : [bar]));
    }

    #layer(layer, i, step) {
        const {flow} = this, forward = this.#done('forward', i), backward = this.#done('backward', i);
        const changed = this.#done('update', -1), again = this.#done('again', -1);
        const values = [layer.z, ...(layer.a === undefined ? [] : [layer.a])];
        const rows = [
            ...layer.weights.flatMap(v => this.#rows(v, true, changed, false)),
            ...values.flatMap(v => this.#rows(v, forward, again)),
            this.#row([`${layer.number > 0 ? `${deltaOf(layer)} = ` : ''}${derivativeOf(flow.output.name, layer.z.name)}`],
                      layer.z, 'grad', backward, 'grad'),
            ...layer.weights.filter(v => isLowest(flow, i, v)).map(
                v => this.#row([`d${v.name}`], v, 'grad', backward, 'grad'))];
        const about = [layer.activation, times(layer.units, 'unit', 'units'),
                       layer.samples > 1 ? `${layer.samples} samples` : ''].filter(Boolean).join(', ');
        return this.#card(titleOf(layer), about, rows, {
            now: step?.at === i, bar: this.#bar(layer, backward),
            marks: layer.special.filter(mark => mark === 'dead' || mark === 'saturated' ? forward : backward)
                .map(mark => markText(layer, mark))});
    }

    // The length of δ on a scale of powers of ten, whose end is the longest: so it is seen to vanish.
    #bar(layer, known) {
        const most = Math.max(...this.flow.layers.map(({z}) => Number(z.grad_norm) || 0), 1e-300);
        const norm = Number(layer.z.grad_norm), part = 1 + Math.log10(norm / most) / DECADES;
        const share = !known || !(norm > 0) ? 0 : Math.max(0, Math.min(1, part));
        const bar = html('p', {class: 'length'}, `‖${deltaOf(layer)}‖ `,
                         ink('grad', known ? figure(layer.z.grad_norm, 3) : '·'));
        bar.style.setProperty('--share', share.toFixed(3));
        return bar;
    }

    #cards(step) {
        const {flow} = this, {output} = flow, again = this.#done('again', -1);
        const given = list => list.flatMap(v => this.#rows(v, true, false));
        const skipped = html('li', {class: 'skipped muted'}, `… ${times(flow.more, 'more layer', 'more layers')}`);
        const cards = flow.layers.map((layer, i) => this.#layer(layer, i, step));
        if (flow.more > 0) {
            cards.splice(cards.length / 2, 0, skipped);
        }
        const loss = [...given(flow.targets), ...this.#rows(output, this.#done('forward', -1), again),
                      this.#row([derivativeOf(output.name, output.name)], output, 'grad',
                                this.#done('backward', -1), 'grad')];
        return [...(flow.inputs.length === 0 ? [] : [this.#card('Input', '', given(flow.inputs), {kind: 'given'})]),
                ...cards, this.#card('Loss', '', loss, {now: step !== null && step.at < 0, kind: 'loss'})];
    }
}
