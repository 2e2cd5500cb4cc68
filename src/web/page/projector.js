// For a projector: the key f makes the picture as large as the window, with one line about the step
// below it, and takes that back.

import { find, html } from './dom.js';

export class Projector {
    // line() → the words of the moment
    constructor(line) {
        this.line = line;
        this.place = html('p', {id: 'line', 'aria-live': 'polite'});
        find('picture').after(this.place);
        document.addEventListener('keydown', event => this.press(event));
    }

    get on() {
        return document.body.classList.contains('projector');
    }

    press(event) {
        const own = event.target.matches('input, textarea') || event.ctrlKey || event.altKey || event.metaKey;
        if (!own && (event.key === 'f' || event.key === 'F' || (this.on && event.key === 'Escape'))) {
            this.toggle();
            event.preventDefault();
        }
    }

    toggle() {
        document.body.classList.toggle('projector');
        this.tell();
    }

    tell() {
        this.place.replaceChildren(...(this.on ? [this.line()].flat() : []));
    }
}
