// A step in words.

import { called, part } from './called.js';
import { figure } from './number.js';
import { html, ink } from './dom.js';

// "2 × −3", "tanh(0.88)": the operation on its operands' values.
function onValues(step, digits) {
    const values = step.operands.map(v => ink('value', figure(v, digits)));
    const sign = {'*': '×', '/': '÷'}[step.op] ?? step.op;
    const parts = values.flatMap((v, i) => i === 0 ? [v] : [step.infix ? ` ${sign} ` : ', ', v]);
    return step.infix ? parts : [`${step.op}(`, ...parts, ')'];
}

// A formula beside a × needs parentheses where it holds a sum or a comparison outside parentheses.
function factor(formula) {
    let open = 0;
    for (const [i, c] of [...formula].entries()) {
        open += (c === '(') - (c === ')');
        if (open === 0 && c === ' ' && '+-<>=!'.includes(formula[i + 1])) {
            return `(${formula})`;
        }
    }
    return formula;
}

const slope = (of, by) => `∂${part(of)}/∂${part(by)}`;

// ∂L/∂e = ∂L/∂d × ∂d/∂e: which derivative is sent, and what it is made of.
function shareRow(step, share, digits) {
    const {root} = step, {child} = share, number = v => figure(v, digits);
    const plain = share.formula === String(share.local);
    return html('tr', {},
        html('th', {scope: 'row'}, ink('name', part(child)), '.grad'),
        html('td', {}, ink('grad', number(share.held))),
        html('td', {}, '+= ', ink('grad', slope(root, step)), ' × ',
             ink('local', slope(step, child)),
             ...(plain ? [] : [' = ', ink('grad', slope(root, step)), ' × ',
                               ink('local', factor(share.formula))])),
        html('td', {}, '= ', ink('grad', number(step.upstream)), ' × ',
             ink('local', number(share.local)), ' = ', ink('grad', number(share.share))),
        html('td', {}, ink('grad strong', number(share.now))));
}

const heads = ['into', 'held', 'upstream × local', 'in numbers', 'holds now'];

function shares(step, digits) {
    return html('div', {class: 'wide'}, html('table', {},
        html('thead', {}, html('tr', {}, ...heads.map(
            head => html('th', {scope: 'col', class: 'muted'}, head)))),
        html('tbody', {}, ...step.shares.map(share => shareRow(step, share, digits)))));
}

const equation = (name, formula) => [ink('name', name), formula === '' ? '' : ` = ${formula}`];

// formulaOf(node) is what the node's value is computed by, "" for a leaf.
export function tellStep(step, formulaOf, digits) {
    const of = slope(step.root, step);
    if (step.step === 'forward') {
        return [html('p', {class: 'line'}, ...equation(step.name, step.formula), ' = ',
                     ...onValues(step, digits), ' = ',
                     ink('value strong', figure(step.after, digits)))];
    }
    if (step.step === 'seed') {
        return [html('p', {class: 'line'}, ink('grad', of), ' = ',
                     ink('grad strong', figure(step.after, digits))),
                html('p', {}, `The seed: ${called(step)} changes one for one with itself.`)];
    }
    return [html('p', {class: 'line'}, 'through ', ...equation(step.name, formulaOf(step.node)),
                 ', upstream ', ink('grad', of), ' = ',
                 ink('grad strong', figure(step.upstream, digits))),
            shares(step, digits)];
}

export const passOf = step => step.pass === 'forward' ? 'Forward pass' : 'Backward pass';

export function place(step) {
    return step === null ? 'Before the first step'
                         : `${passOf(step)}, step ${step.done} of ${step.steps}`;
}

// The step on one line of text.
export function summary(step, digits) {
    const number = v => figure(v, digits), of = slope(step.root, step);
    if (step.step === 'forward') {
        return `${step.name} = ${step.formula} = ${number(step.after)}`;
    }
    if (step.step === 'seed') {
        return `${of} = ${number(step.after)}, the seed`;
    }
    const sums = step.shares.map(share => `${part(share.child)}.grad += ` +
        `${number(step.upstream)} × ${number(share.local)} → ${number(share.now)}`);
    return `through ${called(step)}: ${sums.join('; ')}`;
}
