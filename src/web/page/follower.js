// The page that follows a prompt: it shows what is, and nothing on it reaches the session.

import { called } from './called.js';
import { inked } from './about.js';
import { Board } from './board.js';
import { find, html, ink } from './dom.js';
import { figure } from './number.js';
import { lossChart, planeChart } from './charts.js';
import { place, passOf, summary, tellStep } from './story.js';
import { frameOf } from './walk.js';

const LINES = 200;  // of the log that are kept

export class Follower {
    drawing = null;  // the newest picture that came
    shown = null;    // the one that is on the page
    present = null;
    last = 0;  // the number of the log's last line
    projector = null;  // where there is one (projector.js)

    // layers: the other view (layers.js); null: the page has none
    constructor(board = new Board(), layers = null)
    {
        this.board = board;
        this.layers = layers;
        document.addEventListener('keydown', event => {
            if (event.key === 'Escape' && this.board.boxes !== undefined) {
                this.board.choose(null);
            }
        });
    }

    // ---- What comes ----

    picture(drawing) {
        if (drawing.graph !== this.drawing?.graph) {
            this.drawing = drawing;
            this.update();
        }
    }

    state(present) {
        this.present = present;
        this.update();
    }

    losses(record) {
        this.chart('losses', lossChart(record));
    }

    plane(record) {
        this.chart('plane', planeChart(record));
    }

    chart(id, parts) {
        const place = find(id);
        if (place !== null) {
            place.hidden = false;
            place.replaceChildren(...parts);
        }
    }

    log({number, typed, words}) {
        const list = find('log').querySelector('ol');
        if (number <= this.last) {
            return;
        }
        this.last = number;
        const frame = find('log'), below = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
        list.append(html('li', {},
            html('code', {class: 'typed'}, typed === '' ? 'Enter, once more' : typed),
            ...(words === '' ? [] : [html('pre', {}, ...inked(words.trimEnd()))])));
        while (list.children.length > LINES) {
            list.firstElementChild.remove();
        }
        // Whoever has scrolled back to read is left where they are.
        if (below < 40) {
            frame.scrollTop = frame.scrollHeight;
        }
    }

    linked(yes) {
        find('link').textContent = yes ? 'Following the prompt.'
            : 'The prompt cannot be reached. This is what was last seen of it.';
        document.body.classList.toggle('lost', !yes);
    }

    // ---- What is shown ----

    update() {
        const {present, drawing} = this;
        if (present === null) {
            return;
        }
        const ready = present.graph === drawing?.graph && present.graph !== 0;
        if (ready && this.shown !== drawing) {
            this.place(drawing);
        }
        document.body.dataset.pass = present.step?.pass ?? present.walk?.pass ?? '';
        find('picture').ariaBusy = !ready && present.graph !== 0;
        this.title();
        this.tell();
        this.note(ready);
        this.fill(ready);
        this.layers?.take(present.flow, present.digits, {alone : present.scene === undefined});
        this.projector?.tell();
    }

    // The old picture stays until the new one is there.
    place(drawing) {
        this.shown = drawing;
        find('picture').hidden = false;
        find('picture').replaceChildren(...(drawing.svg === undefined ? [] : [drawing.svg]));
        try {
            this.board.draw(drawing.svg === undefined ? null : drawing);
        } catch (error) {
            // The rest of the page goes on.
            console.error(error);
            drawing.trouble = error.message;
            this.board.draw(null);
        }
    }

    fill(ready) {
        const {present} = this;
        find('values').hidden = find('about').hidden = present.scene === undefined;
        if (present.scene === undefined) {
            find('picture').replaceChildren();
            this.board.draw(null);
            this.shown = null;
            return;
        }
        this.board.know(present.scene.boxes, present.about, present.digits);
        this.board.show(frameOf(present.scene, present.step ?? null),
                        ready && this.board.picture !== null);
        this.board.tellChosen();
    }

    // Why there is no picture, where there is none.
    note(ready) {
        const {present, drawing} = this, none = present.scene === undefined;
        const why = present.root === undefined
            ? 'Nothing has been typed yet that has a value. Try, at the prompt: a = 2; L = a*a'
            : none ? `${called(present.root)} depends on ${present.values} values, which even folded are too ` +
                `many boxes for one picture. At the prompt, graph ${present.root.name} --radius 2 draws a part.`
            : ready && drawing.trouble !== undefined ? `There is no picture: ${drawing.trouble}.`
            : '';
        find('note').replaceChildren(why);
        find('note').hidden = why === '';
        find('picture').hidden = why !== '';
    }

    title() {
        const {root, scene, flow} = this.present;
        // As it was typed, where that is known.
        const box = scene?.boxes.find(({id}) => id === scene.root);
        const formula = flow?.output.formula ?? (box?.formula || this.present.formula);
        document.title = root === undefined ? 'backstep' : `${called(root)}, as it is`;
        find('title').replaceChildren(...(root === undefined ? ['A session of backstep']
            : [ink('name', root.name), formula === '' ? '' : ` = ${formula}`]));
    }

    // Where the walk is, or what is known without one.
    tell() {
        const {present} = this, {root, step, walk, stale, digits} = present;
        const number = (meaning, v) => ink(meaning, figure(v, digits));
        const parts = root === undefined ? []
            : step !== undefined ? [html('h2', {}, place(step)),
                                    ...tellStep(step, node => this.formula(node), digits)]
            : walk !== undefined ? [html('h2', {}, `${passOf(walk)}, before its first step`),
                                    html('p', {}, 'At the prompt, step takes it.')]
            : [html('h2', {}, 'The last output'),
               html('p', {class: 'line'}, ink('name', called(root)), ' = ', number('value strong', root.value)),
               ...(stale ? [html('p', {}, 'It is stale: a value that it depends on has changed ' +
                                 'since. At the prompt, forward recomputes it.')] : [])];
        find('story').replaceChildren(...parts);
    }

    // The moment on one line, for a projector.
    line() {
        const {root, step, digits} = this.present ?? {};
        return step !== undefined ? summary(step, digits)
            : root === undefined ? '' : `${called(root)} = ${figure(root.value, digits)}`;
    }

    formula(node) {
        const about = this.present.about?.find(({explain}) => explain.node === node);
        return about?.explain.formula ?? '';
    }
}
