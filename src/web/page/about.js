// All there is to say about one value: its local derivatives, its paths to the output, and the
// chain rule in words.

import { called, part } from './called.js';
import { figure } from './number.js';
import { html, ink } from './dom.js';

// Words as the prompt writes them carry a byte before and after what means something
// (src/core/words/ink.h).
const INKS = ['name', 'value', 'grad', 'local', 'muted', 'error', 'title', 'current', 'code',
    'emphasis', 'right'];
const FIRST = 0x10;

export function inked(words) {
    const parts = [];
    for (const piece of words.split(/(?=[\x10-\x1a])|\x0e/)) {
        const meaning = INKS[piece.charCodeAt(0) - FIRST];
        parts.push(meaning === undefined ? piece
            : ink(meaning, piece.slice(1).replace(/^-(?=[\di])/, '−')));
    }
    return parts;
}

const number = (meaning, v, digits) =>
    html('td', {class: 'number'}, ink(meaning, figure(v, digits)));

function locals(explain, digits) {
    if (explain.children.length === 0) {
        return [html('p', {}, 'A leaf: its value is given, nothing computes it.')];
    }
    const rows = explain.children.map(child => html('tr', {},
        html('th', {scope: 'row'}, `∂${part(explain)}/∂${part(child)}`),
        html('td', {}, child.constant ? 'a constant asks for none' : child.formula),
        child.constant ? html('td') : number('local', child.local, digits)));
    return [html('table', {}, html('tbody', {}, ...rows))];
}

function path(row, digits) {
    const names = [], factors = [];
    row.nodes.forEach((node, i) => {
        if (row.cut === i && i > 0) {
            names.push('…');
            factors.push('…');
        }
        names.push(called(node));
        if (i + 1 < row.nodes.length) {
            factors.push(ink('local', figure(node.local, digits)));
        }
    });
    const product = factors.flatMap((factor, i) => i === 0 ? [factor] : [' × ', factor]);
    return html('tr', {}, html('th', {scope: 'row'}, names.join(' → ')), html('td', {}, ...product),
                number('grad', row.product, digits));
}

function paths(found, digits) {
    const {root, of, rows} = found;
    const sum = html('tr', {class: 'sum'},
                     html('th', {scope: 'row', colspan: 2}, `their sum, ∂${part(root)}/∂${part(of)}`),
                     number('grad strong', found.sum, digits));
    const many = found.cut ? [html('p', {class: 'muted'},
                                   `… and more: there are ${found.count} paths in all.`)] : [];
    return [html('div', {class: 'wide'},
                 html('table', {}, html('tbody', {}, ...rows.map(row => path(row, digits)), sum))),
            ...many];
}

// What the prompt would have said; the first line of it is the heading here.
function chain(words) {
    return words.trimEnd().split('\n').map(line =>
        html('p', {class: line.startsWith('  ') ? 'share' : ''}, ...inked(line.trim())));
}

const typed = command => html('code', {class: 'muted'}, command);

export function tellAbout(about, digits) {
    const {name, formula, output} = about.explain;
    const heading = (text, command) => html('h3', {}, text, ' ', typed(command));
    const found = about.paths === undefined ? [] : [
        heading(`Paths from ${called(output)}`, `paths ${output.name} ${name}`),
        ...paths(about.paths, digits)];
    return [html('h2', {}, ink('name', name), formula === '' ? '' : ` = ${formula}`, ' = ',
                 ink('value', figure(about.explain.value, digits))),
            heading('Local derivatives', `local ${name}`), ...locals(about.explain, digits),
            ...found,
            heading('The chain rule in words', `explain ${name}`), ...chain(about.words)];
}

// Where there are too many values to say so much about each: what to type for it.
export function tellLittle(box, output, digits) {
    const commands = [`local ${box.name}`, `paths ${output.name} ${box.name}`, `explain ${box.name}`];
    return [html('h2', {}, ink('name', called(box)), ' = ',
                 box.value === undefined ? '·' : ink('value', figure(box.value, digits))),
            html('p', {}, 'The graph is large; at the prompt these tell about the value:'),
            html('ul', {}, ...commands.map(command => html('li', {}, typed(command))))];
}
