// Graphviz, off the page's own thread: a worker made of its source and of drawing.js. One instance,
// begun with the first picture; a layout that takes too long ends it, and the next begins anew.

import { part } from './parts.js';

const PATIENCE = 4000;  // milliseconds for a layout, as at the prompt
const KEPT = 40;        // drawings that are remembered

// The worker's source; tools/playground puts it here.
/* global DRAWING */

export class Drawer {
    #worker = null;
    #count = 0;
    #known = new Map();  // DOT → promise of SVG

    async #begin() {
        const graphviz = await part('pictures');
        const blob = new Blob([graphviz, '\n', DRAWING], {type: 'text/javascript'});
        const address = URL.createObjectURL(blob), worker = new Worker(address);
        await new Promise((resolve, reject) => {
            worker.onmessage = ({data}) =>
                data.ready ? resolve() : reject(new Error(data.trouble));
            worker.onerror = event => reject(new Error(event.message));
        });
        URL.revokeObjectURL(address);
        return worker;
    }

    #lay(dot, images) {
        const number = ++this.#count;
        this.#worker ??= this.#begin();
        return this.#worker.then(worker => new Promise((resolve, reject) => {
            const late = setTimeout(() => {
                worker.terminate();
                this.#worker = null;
                reject(new Error('the layout takes too long'));
            }, PATIENCE);
            const hear = ({data}) => {
                if (data.number !== number) {
                    return;
                }
                clearTimeout(late);
                worker.removeEventListener('message', hear);
                if (data.svg === undefined) {
                    reject(new Error(data.trouble));
                } else {
                    resolve(data.svg);
                }
            };
            worker.addEventListener('message', hear);
            worker.postMessage({number, dot, alone: images});
        }));
    }

    // The SVG of a DOT text. alone: for a file of its own, where no page sets its words anew.
    draw(dot, alone = false) {
        const key = `${alone ? 1 : 0}${dot}`;
        let drawn = this.#known.get(key);
        if (drawn === undefined) {
            drawn = this.#lay(dot, alone);
            this.#known.set(key, drawn);
            drawn.catch(() => this.#known.delete(key));
            if (this.#known.size > KEPT) {
                this.#known.delete(this.#known.keys().next().value);
            }
        }
        return drawn;
    }
}
