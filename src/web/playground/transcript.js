// The transcript: what was typed, and below it what was answered. Tables are tables, the prose of
// lessons is prose, graphs and plots are pictures, and a question is a card to answer on.

import { find, html } from '../page/dom.js';
import { Card } from './card.js';
import { plot, spark } from './plot.js';
import { block, elements, reachFrames } from './words.js';

const ENTRIES = 400;  // that are kept

// Commands in an answer of `help` and its kin can be clicked.
const OFFERS = new Set(['help', 'help_overview', 'help_command', 'help_term', 'help_glossary',
    'help_topic', 'found', 'question_list', 'lesson_end']);

class Entry {
    // typed: null where nobody typed anything.
    constructor(typed, card) {
        this.typed = typed;
        this.card = card;
        this.element = null;
    }

    // The entry's place in the list, once it has something to show.
    place(list) {
        if (this.element === null) {
            this.element = html('li', {class: 'entry'});
            if (this.typed !== null && this.typed !== '' && !this.onCard) {
                this.element.append(html('code', {class: 'typed'}, this.typed));
            }
            list.append(this.element);
        }
        return this.element;
    }
}

export class Transcript {
    card = null;     // the question that is open
    entry = null;
    lesson = null;   // {title, of} of the lesson that is played
    losses = [];

    // act has type(text, card), fill(text), draw(dot) → SVG, lesson(state), copy(text)
    constructor(act) {
        this.act = act;
        this.list = find('entries');
        this.frame = find('log');
    }

    begin(typed, card = null) {
        find('welcome').hidden = true;
        this.entry = new Entry(typed, card ?? null);
        this.losses = [];
        this.from = null;
        if (card === null && this.card?.open !== true) {
            this.entry.place(this.list);
            this.toEnd();
        }
        while (this.list.children.length > ENTRIES) {
            this.list.firstElementChild.remove();
        }
    }

    add(answers) {
        const end = this.#isAtEnd();
        answers.forEach(answer => this.#put(answer));
        for (const put of [this.entry?.element, this.card?.element]) {
            if (put !== null && put !== undefined) {
                reachFrames(put);
            }
        }
        if (end || this.from !== null) {
            this.#show();
        }
    }

    #isAtEnd() {
        return this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < 60;
    }

    // What is new is read from its beginning; short answers are simply at the end.
    #show() {
        const from = this.from ?? this.entry?.element;
        if (from === null || from === undefined) {
            this.toEnd();
            return;
        }
        const top = from.getBoundingClientRect().top - this.frame.getBoundingClientRect().top;
        const below = this.frame.scrollHeight - (this.frame.scrollTop + top);
        if (below > this.frame.clientHeight) {
            this.frame.scrollBy({top: top - 12});
        } else {
            this.toEnd();
        }
    }

    toEnd() {
        this.frame.scrollTop = this.frame.scrollHeight;
    }

    // An answer of the question's goes into its card, all else below what was typed.
    #put(answer) {
        const {record} = answer, {entry} = this;
        if (this.card?.takes(record)) {
            if (!entry.onCard) {
                entry.onCard = true;
                this.card.given(entry.typed ?? '');
                this.from ??= this.card.said.lastElementChild ?? this.card.element;
            }
            this.card.add(answer);
            return;
        }
        const put = this.#special(record, answer) ?? elements(answer.html);
        if (put.length > 0) {
            this.entry.place(this.list).append(...put);
        }
    }

    // Records that have a look of their own; null: the core's HTML.
    #special(record, answer) {
        const specials = {
            lesson_begin: () => this.#lessonBegins(record),
            prose: () => [block(record)],
            lesson_code: () => [html('code', {class: 'typed lesson-code'}, record.text)],
            question: () => [this.#ask(record)],
            lesson_foot: () => [],
            lesson_list: () => [this.#lessons(record, answer)],
            lesson_end: () => this.#lessonEnds(record, answer),
            lesson_left: () => { this.act.lesson(null); this.card = null; return null; },
            review_item: () => { this.act.lesson({...record, review: true}); return null; },
            review_end: () => { this.act.lesson(null); this.card = null; return null; },
            training: () => [],
            trained: () => [...elements(answer.html), ...this.#curve(record)],
            plot: () => [this.#figure([plot(record)], 'plot')],
            scene: () => answer.dot === undefined ? answer.trouble === undefined ? null
                : [html('p', {class: 'muted'}, `There is no picture: ${answer.trouble}.`)]
                : [this.#graph(record, answer.dot)],
            export: () => [this.#program(record)],
            share: () => [this.#link(record)],
        };
        const offers = OFFERS.has(record.kind) ? this.#offers(answer) : null;
        return specials[record.kind]?.() ?? offers;
    }

    #offers(answer) {
        const found = elements(answer.html);
        found.forEach(root => root.querySelectorAll('.name, code').forEach(each => {
            const offer = html('button', {type: 'button', class: 'offer'}, each.textContent);
            offer.addEventListener('click', () => this.act.fill(offer.textContent));
            each.replaceWith(offer);
        }));
        return found;
    }

    // ---- Lessons ----

    #lessonBegins(record) {
        this.act.lesson({...record, number: 1});
        return [html('h2', {class: 'lesson-title'}, record.title)];
    }

    #ask(record) {
        this.card?.close('left');
        this.card = new Card(record, (text, card) => this.act.type(text, card));
        this.act.lesson({...this.act.lesson(), number: record.number, of: record.of});
        return this.card.element;
    }

    #lessonEnds(record, answer) {
        this.act.lesson(null);
        this.card = null;
        const put = this.#offers(answer);
        if ((record.next ?? '') !== '') {
            const on = html('button', {type: 'button', class: 'strong-button'},
                            `Go on: ${record.next_title}`);
            on.addEventListener('click', () => this.act.type(`lesson ${record.next}`));
            put.push(on);
        }
        return put;
    }

    #lessons({lessons, next, due}) {
        const rows = lessons.map((lesson, i) => {
            const whole = lesson.questions > 0 && lesson.done >= lesson.questions;
            const bar = html('progress', {max: Math.max(1, lesson.questions), value: lesson.done,
                'aria-label': `${lesson.done} of ${lesson.questions} questions`});
            const row = html('button', {type: 'button',
                class: ['lesson', whole && 'whole', lesson.id === next && 'next'].filter(Boolean)
                    .join(' ')},
                html('span', {class: 'number muted'}, String(i + 1)),
                html('span', {class: 'what'}, lesson.title), bar,
                html('span', {class: 'count muted'}, whole ? 'done' : `${lesson.done}/${lesson.questions}`));
            row.addEventListener('click', () => this.act.type(`lesson ${lesson.id}`));
            return html('li', {}, row);
        });
        const review = html('button', {type: 'button', class: 'strong-button'},
                            `Review ${due} ${due === 1 ? 'question' : 'questions'}`);
        review.addEventListener('click', () => this.act.type('review'));
        return html('div', {class: 'lessons'}, ...(due > 0 ? [review] : []),
                    html('ol', {}, ...rows));
    }

    // ---- Pictures ----

    #figure(children, kind) {
        return html('figure', {class: `drawn ${kind}`}, ...children);
    }

    // The graph as it was here; what waits for its layout keeps its place.
    #graph(scene, dot) {
        const figure = this.#figure([html('p', {class: 'muted'}, 'Drawing …')], 'graph');
        this.act.draw(dot).then(svg => {
            const end = this.#isAtEnd();
            svg.setAttribute('role', 'img');
            svg.setAttribute('aria-label', `The graph of ${scene.boxes.length} values as it was here`);
            svg.style.setProperty('--natural', svg.getAttribute('width'));
            ['width', 'height'].forEach(name => svg.removeAttribute(name));
            svg.querySelectorAll('title').forEach(title => title.remove());
            svg.querySelectorAll('[id]').forEach(each => each.removeAttribute('id'));
            figure.replaceChildren(svg);
            reachFrames(figure.parentElement);
            if (end) {
                this.#show();
            }
        }).catch(error => {
            figure.replaceChildren(html('p', {class: 'muted'}, `There is no picture: ${error.message}.`));
        });
        return figure;
    }

    #curve({history = []}) {
        if (history.length < 2) {
            return [];
        }
        const finite = history.filter(v => typeof v === 'number');
        return [this.#figure([plot({form: 'curves', x: {label: 'step', from: 0, to: history.length - 1,
            whole: true}, y: {from: Math.min(...finite, 0), to: Math.max(...finite)},
            series: [{label: 'loss', x: history.map((_, i) => i), y: history}]})], 'plot')];
    }

    // A training that is under way.
    training({steps, wanted, loss}) {
        if (typeof loss === 'number') {
            this.losses.push(loss);
        }
        if (this.losses.length > 400) {
            this.losses = this.losses.filter((_, i) => i % 2 === 0);
        }
        return [html('span', {}, `step ${steps} of ${wanted}, loss ${Number(loss).toPrecision(4)}`),
                ...(this.losses.length > 1 ? [spark(this.losses)] : [])];
    }

    #copier(text) {
        const copy = html('button', {type: 'button', class: 'plain small'}, 'Copy');
        copy.addEventListener('click', () => this.act.copy(text));
        return copy;
    }

    // A link to this very page, where no other address was given.
    #link({address, fragment}) {
        const link = (address === '' ? location.href.split('#')[0] : address) + fragment;
        return html('div', {class: 'program'},
            html('div', {class: 'program-head'}, html('span', {class: 'muted'}, 'a link to this'),
                 this.#copier(link)),
            html('div', {class: 'link'}, link));
    }

    #program({text, language}) {
        return html('div', {class: 'program'},
                    html('div', {class: 'program-head'}, html('span', {class: 'muted'}, language),
                         this.#copier(text)),
                    html('div', {class: 'wide'}, html('pre', {}, text)));
    }
}
