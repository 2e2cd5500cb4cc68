// What a box of several values has to say: its step in words, and what is in it.

import { figure } from './number.js';
import { html, ink } from './dom.js';
import { isArray } from './folded.js';

const nameOf = box => box.call && box.call !== box.name ? `${box.call}: ${box.name}` : box.name;

// "3×2", "4": of an array; how many values, of others.
export function shapeOf(box) {
    return box.rows === undefined ? `${box.results} values`
        : box.vector ? `${box.cols}` : `${box.rows}×${box.cols}`;
}

const content = (box, digits) => isArray(box) ? ink('muted', shapeOf(box))
    : box.value === undefined ? ink('muted', '·') : ink('value strong', figure(box.value, digits));

// Of a single operation with a name: its operands.
function formulaIn(box, names) {
    if (box.formula || box.kind === 'group' || !/^[\p{L}_][\w[\], ]*$/u.test(box.name)) {
        return box.formula ?? '';
    }
    const operands = box.cells.map(cell => cell.chip?.value_text ?? names.get(cell.from));
    return operands.length === 2 && !/\w/.test(box.op) ? operands.join(` ${box.op} `)
        : `${box.op}(${operands.join(', ')})`;
}

function shareOf(cell, names, digits) {
    const name = names.get(cell.from), number = v => figure(v, digits);
    const sent = cell.share === undefined ? '·' : number(cell.share);
    const how = cell.values === undefined
        ? [ink('grad', cell.upstream_text ?? '·'), ' × ', ink('local', number(cell.local)), ' = ',
           ink('grad strong', sent)]
        : [`${cell.values} values of length `, ink('grad strong', sent)];
    return html('tr', {}, html('th', {scope: 'row'}, ink('name', name), '.grad'),
                html('td', {}, '+= '), html('td', {}, ...how));
}

// scene: to know what operands are called.
export function tellBoxStep(step, scene, digits) {
    const {box} = step, names = new Map(scene.boxes.map(each => [each.id, each.name]));
    const formula = formulaIn(box, names);
    const title = [ink('name', nameOf(box)), ...(formula === '' ? [] : [` = ${formula}`])];
    if (step.step === 'forward') {
        return [html('p', {class: 'line'}, ...title, isArray(box) ? ', ' : ' = ', content(box, digits))];
    }
    if (step.step === 'seed') {
        return [html('p', {class: 'line'}, ink('name', box.name), '.grad = ', ink('grad strong', '1')),
                html('p', {}, `The seed: ${box.name} changes one for one with itself.`)];
    }
    return [html('p', {class: 'line'}, 'through ', ...title),
            html('div', {class: 'wide'}, html('table', {}, html('tbody', {},
                ...box.cells.filter(cell => cell.share !== undefined)
                    .map(cell => shareOf(cell, names, digits)))))];
}

// The same on one line of text.
export function boxSummary(step, scene, digits) {
    const {box} = step, names = new Map(scene.boxes.map(each => [each.id, each.name]));
    const formula = formulaIn(box, names), number = v => figure(v, digits);
    if (step.step === 'forward') {
        return `${nameOf(box)}${formula === '' ? '' : ` = ${formula}`}` +
            (isArray(box) ? `, ${shapeOf(box)}` : ` = ${number(box.value)}`);
    }
    if (step.step === 'seed') {
        return `${box.name}.grad = 1, the seed`;
    }
    return box.cells.filter(cell => cell.share !== undefined).map(cell => cell.values === undefined
        ? `${names.get(cell.from)}.grad += ${cell.upstream_text} × ${number(cell.local)} = ${number(cell.share)}`
        : `${names.get(cell.from)}.grad += ${cell.values} values of length ${number(cell.share)}`).join('; ');
}

const command = words => html('li', {}, html('code', {class: 'muted'}, words));

// What is chosen, and what to type about it. opens: a click opens it here.
export function tellGroup(box, opens, digits) {
    const named = /^[A-Za-z_]\w*$/.test(box.name), call = box.call ?? '';
    const open = box.folds === 'call' && call !== '' ? call : named ? box.name : '';
    const folded = box.kind === 'group' && box.operations > 0;
    const what = box.operations > 0 ? `${box.operations} operations` : box.op;
    return [html('h2', {}, ink('name', nameOf(box)), box.formula ? ` = ${box.formula}` : '',
                 isArray(box) ? ', ' : ' = ', content(box, digits)),
            html('p', {}, `${what} in one box. `, opens ? 'A click on it opens it.' : ''),
            html('p', {}, 'At the prompt:'),
            html('ul', {}, ...(folded && open !== '' ? [command(`expand ${open}`)] : []),
                 ...(named && !isArray(box) ? [command(`local ${box.name}`), command(`explain ${box.name}`)]
                     : named ? [command(`print ${box.name}`), command(`print ${box.name}.grad`)] : []))];
}
