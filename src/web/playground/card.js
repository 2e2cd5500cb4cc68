// A question as a card: options to click, cells to fill, a line or a paragraph to write. What is
// chosen is sent as it would be typed, and judged by the core; what it says comes back into the card.

import { html } from '../page/dom.js';
import { figure } from '../page/number.js';
import { elements, prose, paragraphs } from './words.js';

// Kinds of records that belong to the question that is asked.
const ABOUT = new Set(['judged', 'misread', 'hint', 'solution', 'model', 'rated', 'skipped',
    'question_info', 'accuse', 'lesson_foot']);

let count = 0;  // of cards, for ids

const button = (words, act, classes = '') => {
    const element = html('button', {type: 'button', class: classes}, ...words);
    element.addEventListener('click', act);
    return element;
};

// ---- Ways to answer ------------------------------------------------------------------------------
// Each is given the card, and returns the elements to answer with.

// One line: numbers, formulas, nodes, edges.
function writeLine(card) {
    const {type} = card.record;
    const label = {formula: 'Your formula', node: 'A node', edge: 'An edge'}[type] ?? 'Your answer';
    const input = html('input', {type: 'text', class: 'line-answer', 'aria-label': label,
        placeholder: label, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
        autocorrect: 'off', enterkeyhint: 'go'});
    return card.form([input], () => input.value.trim());
}

function chooseOne(card) {
    return card.record.options.map(({letter, text}) =>
        button([html('span', {class: 'letter'}, letter), html('span', {}, ...prose(text))], event => {
            card.mark(event.currentTarget);
            card.send(letter);
        }, 'option'));
}

function chooseSeveral(card) {
    const boxes = card.record.options.map(({letter, text}) => {
        const box = html('input', {type: 'checkbox', value: letter});
        return [box, html('label', {class: 'option'}, box, html('span', {class: 'letter'}, letter),
                          html('span', {}, ...prose(text)))];
    });
    return card.form(boxes.map(([, label]) => label),
                     () => boxes.filter(([box]) => box.checked).map(([box]) => box.value).join(' '));
}

// They are clicked one after the other; a second click takes one out again.
function putInOrder(card) {
    const chosen = [];
    const rows = card.record.options.map(({letter, text}) => {
        const place = html('span', {class: 'letter'}, letter);
        const row = button([place, html('span', {}, ...prose(text))], () => {
            const at = chosen.indexOf(letter);
            if (at < 0) {
                chosen.push(letter);
            } else {
                chosen.splice(at, 1);
            }
            show();
        }, 'option');
        return {letter, row, place};
    });
    const show = () => rows.forEach(({letter, row, place}) => {
        const at = chosen.indexOf(letter);
        place.textContent = at < 0 ? letter : String(at + 1);
        row.classList.toggle('placed', at >= 0);
        row.setAttribute('aria-pressed', at >= 0);
    });
    show();
    return [html('p', {class: 'muted'}, 'Click them in the right order.'),
            ...card.form(rows.map(({row}) => row), () => chosen.join(' '))];
}

function fillCells(card) {
    const id = `cells${++count}`;
    card.cells = new Map(card.record.cells.map(({name, value}, i) => {
        const input = html('input', {type: 'text', id: `${id}-${i}`, spellcheck: 'false',
            autocomplete: 'off', autocapitalize: 'off', inputmode: 'text', enterkeyhint: 'next'});
        if (value !== undefined) {
            input.value = figure(value, 6);
            input.readOnly = true;
        }
        return [name, input];
    }));
    const rows = [...card.cells].map(([name, input]) => html('tr', {},
        html('th', {scope: 'row'}, html('label', {for: input.id}, name)), html('td', {}, input)));
    // A row of numbers fills the cells that are left, in their order.
    const answer = () => {
        const open = [...card.cells.values()].filter(input => !input.readOnly);
        const given = open.map(input => input.value.trim());
        const last = given.findLastIndex(each => each !== '');
        const gap = given.slice(0, last + 1).indexOf('');
        if (gap >= 0) {
            open[gap].focus();
            return '';
        }
        return given.slice(0, last + 1).join(', ');
    };
    return card.form([html('table', {class: 'cells'}, html('tbody', {}, ...rows))], answer);
}

function work() {
    return [html('p', {class: 'task'}, 'Work at the prompt below. Once it is done, you are told.')];
}

function recall(card) {
    const area = html('textarea', {rows: '4', 'aria-label': 'Your answer, in your own words',
        placeholder: 'In your own words, then compare'});
    return card.form([area], () => area.value.trim().replace(/\s*\n\s*/g, ' '), 'Compare');
}

const WAYS = {choice: chooseOne, multi: chooseSeveral, order: putInOrder, fill: fillCells, do: work,
    recall};

// ---- The card ------------------------------------------------------------------------------------

export class Card {
    open = true;

    // send(text, card): as if it was typed.
    constructor(record, send) {
        this.record = record;
        this.sendTyped = send;
        this.way = html('div', {class: 'way'});
        this.said = html('div', {class: 'said'});
        const command = (words, typed) => button([words], () => this.send(typed), 'plain small');
        this.aids = html('div', {class: 'aids'}, command('Hint', 'hint'),
                         command('Solution', 'solution'), command('Skip', 'skip'));
        const heading = html('h3', {}, `Question ${record.number}`,
                             html('span', {class: 'muted'}, ` of ${record.of}`));
        this.element = html('section', {class: `card ask-${record.type}`,
            'data-question': record.question,
            'aria-label': `Question ${record.number} of ${record.of}`}, heading,
            html('div', {class: 'asked'}, ...paragraphs(record.text)), this.way, this.said, this.aids);
        this.way.append(...(WAYS[record.type] ?? writeLine)(this));
    }

    send(text) {
        if (this.open && text !== '') {
            this.sendTyped(text, this);
        }
    }

    // What is to be filled in, and a button that sends it.
    form(fields, answer, words = 'Check') {
        const form = html('form', {class: 'answering'}, ...fields,
                          html('button', {type: 'submit', class: 'strong-button'}, words));
        form.addEventListener('submit', event => {
            event.preventDefault();
            this.send(answer());
        });
        return [form];
    }

    mark(option) {
        this.way.querySelectorAll('.option').forEach(
            each => each.classList.toggle('chosen', each === option));
    }

    focus() {
        this.way.querySelector('input:not([readonly]), textarea, .option')?.focus(
            {preventScroll: true});
    }

    // Is this answer about the question?
    takes(record) {
        return this.open && ABOUT.has(record.kind);
    }

    // What was given as an answer, before what is said to it.
    given(text) {
        const aid = ['hint', 'solution', 'skip', 'info', 'context', 'retry'].includes(text);
        if (!aid && this.record.type !== 'recall') {
            this.said.append(html('p', {class: 'given'}, html('span', {class: 'muted'}, 'You: '),
                                  html('code', {}, text)));
        }
    }

    add({record, html: text}) {
        if (record.kind === 'lesson_foot') {
            return;
        }
        const classes = record.kind === 'judged' ? `judged is-${record.verdict}` : record.kind;
        this.said.append(html('div', {class: classes}, ...elements(text)));
        if (record.kind === 'judged') {
            this.judged(record);
        } else if (record.kind === 'model') {
            this.rate(record);
        } else if (record.kind === 'rated' || record.kind === 'skipped') {
            this.close(record.kind);
        }
    }

    judged({verdict, cells = [], right}) {
        for (const {name, value} of cells) {
            const input = this.cells?.get(name);
            if (input !== undefined && value !== undefined) {
                input.value = figure(value, 6);
                input.readOnly = true;
            }
        }
        this.element.dataset.verdict = verdict;
        if (right) {
            this.close('right');
        }
    }

    // A recall: which points were made, or how well it was known.
    rate({options}) {
        this.way.replaceChildren();
        if (options !== undefined) {
            const boxes = options.map(({letter, text}) => {
                const box = html('input', {type: 'checkbox', value: letter});
                return [box, html('label', {class: 'option'}, box, html('span', {}, ...prose(text)))];
            });
            this.way.append(html('p', {}, 'Which of these points did you make?'),
                ...this.form(boxes.map(([, label]) => label), () => boxes.filter(([box]) => box.checked)
                    .map(([box]) => box.value).join(' ') || 'none', 'Count them'));
            // The words of the terminal ask the same.
            this.said.lastElementChild?.querySelectorAll('p, div').forEach(line => {
                if (/^(Which of these points|their letters|[a-z]\)\s)/.test(line.textContent.trim()) &&
                    line.querySelector('p, div') === null) {
                    line.remove();
                }
            });
            return;
        }
        const rates = [['1', 'again'], ['2', 'hard'], ['3', 'good'], ['4', 'easy']];
        this.way.append(html('p', {}, 'How well did you know it?'),
                        html('div', {class: 'rates'}, ...rates.map(
                            ([number, word]) => button([word], () => this.send(number)))));
    }

    // No more can be answered here.
    close(how) {
        if (!this.open) {
            return;
        }
        this.open = false;
        this.element.dataset.closed = how;
        this.aids.remove();
        this.way.querySelectorAll('input, button, textarea').forEach(
            field => { field.disabled = true; });
    }
}
