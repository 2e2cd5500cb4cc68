// The line that is typed: history, completion, more lines where a bracket is open, and keys for
// phones.

import { find, html } from '../page/dom.js';

const REMEMBERED = 300;  // entries

// Are there brackets that wait for their other half? Strings and comments do not count.
export function isOpen(text) {
    const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|#[^\n]*/g, '');
    let depth = 0;
    for (const sign of bare) {
        depth += '([{'.includes(sign) ? 1 : ')]}'.includes(sign) ? -1 : 0;
    }
    return depth > 0;
}

const common = items => items.reduce((head, item) => {
    let i = 0;
    while (i < head.length && head[i] === item[i]) {
        i++;
    }
    return head.slice(0, i);
});

export class Prompt {
    at = 0;        // place in the history; its length: the line that is being typed
    draft = '';
    picked = -1;

    // act has enter(text), complete(text, cursor) → {items, from, to}, remembered() → [texts], remember(texts)
    constructor(act) {
        this.act = act;
        this.entry = find('entry');
        this.history = act.remembered();
        this.at = this.history.length;
        find('bar').addEventListener('submit', event => {
            event.preventDefault();
            this.enter();
        });
        this.entry.addEventListener('input', () => {
            this.hideChoices();
            this.fit();
        });
        this.entry.addEventListener('keydown', event => this.press(event));
        find('keys').addEventListener('pointerdown', event => event.preventDefault());
        find('keys').addEventListener('click', event => {
            const key = event.target.closest('[data-key]')?.dataset.key;
            if (key !== undefined) {
                this.key(key);
            }
        });
    }

    focus() {
        this.entry.focus({preventScroll: true});
    }

    // As high as its lines.
    fit() {
        this.entry.rows = Math.min(8, this.entry.value.split('\n').length);
    }

    set(text, cursor = text.length) {
        this.entry.value = text;
        this.entry.setSelectionRange(cursor, cursor);
        this.fit();
        this.hideChoices();
    }

    insert(text) {
        this.entry.setRangeText(text, this.entry.selectionStart, this.entry.selectionEnd, 'end');
        this.fit();
        this.hideChoices();
    }

    enter() {
        const text = this.entry.value;
        this.hideChoices();
        if (text.trim() !== '' && text !== this.history.at(-1)) {
            this.history.push(text);
            this.history.splice(0, this.history.length - REMEMBERED);
            this.act.remember(this.history);
        }
        this.at = this.history.length;
        this.draft = '';
        this.set('');
        this.act.enter(text);
    }

    // by: -1 for the entry before, 1 for the one after.
    recall(by) {
        const next = this.at + by;
        if (next < 0 || next > this.history.length) {
            return;
        }
        if (this.at === this.history.length) {
            this.draft = this.entry.value;
        }
        this.at = next;
        this.set(next === this.history.length ? this.draft : this.history[next]);
    }

    press(event) {
        const {key} = event, {entry} = this, choosing = !find('choices').hidden;
        const before = entry.value.slice(0, entry.selectionStart);
        const after = entry.value.slice(entry.selectionEnd);
        const done = () => event.preventDefault();
        if (event.isComposing) {
            return;
        }
        if (key === 'Enter' && choosing && this.picked >= 0) {
            this.take(find('choices').children[this.picked].textContent);
            done();
        } else if (key === 'Enter' && !event.shiftKey && (event.ctrlKey || !isOpen(entry.value))) {
            this.enter();
            done();
        } else if (key === 'Tab' && !event.shiftKey && this.wantsCompletion(before)) {
            this.complete();
            done();
        } else if (key === 'Escape' && choosing) {
            this.hideChoices();
            done();
        } else if (choosing && (key === 'ArrowDown' || key === 'ArrowUp')) {
            this.pick(this.picked + (key === 'ArrowDown' ? 1 : -1));
            done();
        } else if (key === 'ArrowUp' && !before.includes('\n')) {
            this.recall(-1);
            done();
        } else if (key === 'ArrowDown' && !after.includes('\n')) {
            this.recall(1);
            done();
        }
    }

    // Of an empty line, Tab goes on to what comes next in the page.
    wantsCompletion(before) {
        return !find('choices').hidden || before.trim() !== '';
    }

    key(key) {
        this.focus();
        if (key === 'Tab') {
            this.complete();
        } else if (key === 'ArrowUp' || key === 'ArrowDown') {
            this.recall(key === 'ArrowUp' ? -1 : 1);
        } else {
            this.insert(key);
        }
    }

    // ---- Completion ----

    async complete() {
        const choices = find('choices');
        if (!choices.hidden) {
            this.pick(this.picked + 1);
            return;
        }
        const text = this.entry.value, cursor = this.entry.selectionStart;
        const {items = [], from, to} = await this.act.complete(text, cursor);
        if (this.entry.value !== text || this.entry.selectionStart !== cursor || items.length === 0) {
            return;
        }
        this.place = [from, to];
        const head = common(items);
        if (items.length === 1) {
            this.take(items[0]);
        } else if (head.length > to - from && head.startsWith(text.slice(from, to))) {
            this.entry.setRangeText(head, from, to, 'end');
        } else {
            this.offer(items);
        }
    }

    offer(items) {
        const choices = find('choices');
        choices.replaceChildren(...items.slice(0, 60).map((item, i) => {
            const option = html('div', {role: 'option', id: `choice${i}`, 'aria-selected': 'false'}, item);
            option.addEventListener('pointerdown', event => {
                event.preventDefault();
                this.take(item);
            });
            return option;
        }));
        choices.hidden = false;
        this.picked = -1;
    }

    pick(i) {
        const options = [...find('choices').children];
        this.picked = (i + options.length) % options.length;
        options.forEach((option, at) => option.setAttribute('aria-selected', at === this.picked));
        options[this.picked].scrollIntoView({block: 'nearest'});
        this.entry.setAttribute('aria-activedescendant', options[this.picked].id);
    }

    // Puts this word where the core says that it belongs.
    take(item) {
        this.entry.setRangeText(item, ...this.place, 'end');
        this.hideChoices();
        this.fit();
        this.focus();
    }

    hideChoices() {
        find('choices').hidden = true;
        this.picked = -1;
        this.entry.removeAttribute('aria-activedescendant');
    }
}
