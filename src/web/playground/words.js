// Words of the core as elements: its HTML, of which only what is known is taken over, and the prose of
// lessons. Whatever was typed stays text.

import { html } from '../page/dom.js';

const TAGS = new Set(['DIV', 'P', 'H3', 'BLOCKQUOTE', 'PRE', 'CODE', 'EM', 'SPAN', 'TABLE', 'THEAD',
    'TBODY', 'TR', 'TH', 'TD']);
// What the pages call it (style.css).
const MEANINGS = new Map([['bs-title', 'title'], ['bs-name', 'name'], ['bs-value', 'value'],
    ['bs-grad', 'grad'], ['bs-local', 'local'], ['bs-muted', 'muted'], ['bs-error', 'error'],
    ['number', 'number'], ['bs-current', 'current'], ['bs-right', 'right'], ['bs-maths', 'maths']]);

function tame(node) {
    if (node.nodeType === Node.TEXT_NODE) {
        return document.createTextNode(node.data);
    }
    if (node.nodeType !== Node.ELEMENT_NODE || !TAGS.has(node.tagName)) {
        return document.createTextNode('');
    }
    // A head without words is none.
    const empty = node.tagName === 'TH' && node.textContent.trim() === '';
    const element = document.createElement(empty ? 'TD' : node.tagName);
    const classes = [...node.classList].map(name => MEANINGS.get(name)).filter(Boolean);
    if (classes.length > 0) {
        element.className = classes.join(' ');
    }
    element.append(...[...node.childNodes].map(tame));
    return element;
}

// A number reads with a real minus sign, as in the picture.
function setSigns(root) {
    for (const element of root.querySelectorAll('.value, .grad, .local')) {
        const [text] = element.childNodes;
        if (text?.nodeType === Node.TEXT_NODE) {
            text.data = text.data.replace(/^-(?=[\di])/, '−');
        }
    }
}

// Tables that are too wide scroll in a frame of their own.
function frameTables(root) {
    for (const element of root.querySelectorAll('table, pre')) {
        const frame = html('div', {class: 'wide'});
        element.replaceWith(frame);
        frame.append(element);
    }
}

// The keyboard reaches those frames that do scroll.
export function reachFrames(root) {
    for (const frame of root.querySelectorAll('.wide, .drawn')) {
        if (frame.scrollWidth > frame.clientWidth + 1 && !frame.hasAttribute('tabindex')) {
            frame.tabIndex = 0;
            frame.setAttribute('role', 'group');
            frame.setAttribute('aria-label', 'Wider than its place: the arrows scroll it');
        }
    }
}

// The page's policy allows no style attributes. (Quotation marks in what was typed are escaped.)
const withoutStyles = text => text.replaceAll(' style="text-align:right"', ' class="number"')
    .replaceAll(' style="text-align:left"', '');

// The elements of a record's HTML; [] where there is nothing to read.
export function elements(text) {
    const parsed = new DOMParser().parseFromString(withoutStyles(text), 'text/html');
    return [...parsed.body.children].map(root => {
        const element = tame(root);
        element.className = ['answer', ...[...root.classList].filter(name => name.startsWith('bs-'))]
            .join(' ');
        setSigns(element);
        frameTables(element);
        return element;
    });
}

// ---- Prose --------------------------------------------------------------------------------------

// `code`, **strong**, *emphasis*, and a sign after \ as itself (lesson/lesson.h).
const MARKS = /\\(.)|`([^`]+)`|\*\*([^*]+(?:\*(?!\*)[^*]*)*)\*\*|\*([^*]+)\*/gs;

export function prose(text) {
    const parts = [];
    let from = 0;
    for (const match of text.matchAll(MARKS)) {
        const [all, itself, code, strong, emphasis] = match;
        parts.push(text.slice(from, match.index));
        parts.push(itself !== undefined ? itself
            : code !== undefined ? html('code', {}, code)
            : strong !== undefined ? html('strong', {}, ...prose(strong))
            : html('em', {}, ...prose(emphasis)));
        from = match.index + all.length;
    }
    parts.push(text.slice(from));
    return parts.filter(part => part !== '');
}

// Paragraphs are apart by an empty line.
export const paragraphs = text => text.split(/\n\s*\n/).filter(each => each.trim() !== '')
    .map(each => html('p', {}, ...prose(each)));

// A block of a lesson's text.
export function block({block: kind, text, level = 1, mark = '', rows = []}) {
    if (kind === 'heading') {
        return html('h3', {}, ...prose(text));
    }
    if (kind === 'bullet') {
        return html('p', {class: `bullet level${Math.min(level, 3)}`},
                    html('span', {class: 'mark'}, mark), html('span', {}, ...prose(text)));
    }
    if (kind === 'quote') {
        return html('blockquote', {}, ...paragraphs(text));
    }
    if (kind === 'code') {
        return html('pre', {}, text);
    }
    if (kind === 'table') {
        const [head, ...body] = rows;
        const row = (cells, tag) => html('tr', {}, ...cells.map(
            cell => html(tag, {}, ...prose(cell))));
        return html('div', {class: 'wide'}, html('table', {class: 'ruled'},
            html('thead', {}, row(head ?? [], 'th')),
            html('tbody', {}, ...body.map(cells => row(cells, 'td')))));
    }
    return html('p', {}, ...prose(text));
}
