// The player: which frame is shown, and all that moves it.

import { Board } from './board.js';
import { framesOf } from './walk.js';
import { figure } from './number.js';
import { find, html, ink } from './dom.js';
import { place, summary, tellStep } from './story.js';

const PAUSE = 1600;  // milliseconds a step while playing

export class Player {
    at = 0;
    timer = null;

    // layers: the other view (layers.js); null: the page has none
    constructor(board = new Board(), layers = null)
    {
        this.board = board;
        this.layers = layers;
        find('back').addEventListener('click', () => this.go(this.at - 1));
        find('step').addEventListener('click', () => this.go(this.at + 1));
        find('play').addEventListener('click', () => this.play(this.timer === null));
        find('place').addEventListener('input', () => this.go(Number(find('place').value)));
        document.addEventListener('keydown', event => this.press(event));
        // On paper all steps are read at once.
        addEventListener('beforeprint', () => { find('steps').open = true; });
    }

    // Takes up what a source has to show.
    show({svg, scene, trace}) {
        this.play(false);
        this.digits = trace.digits;
        this.layers?.take(trace.flow, trace.digits, {alone : scene === undefined, from : 0});
        if (trace.view !== undefined) {
            this.layers?.choose(trace.view);
        }
        if (scene === undefined) {
            this.showTitle(trace.flow.output, ', layer by layer');
            return;
        }
        this.frames = framesOf(scene, trace.steps);
        this.board.draw({svg, scene});
        this.board.know(scene.boxes, trace.about, trace.digits);
        const root = this.board.about.get(scene.root).explain;
        this.showTitle(trace.flow?.output ?? root, ', step by step');
        this.layOutSlider(trace.steps);
        find('steps').querySelector('ol').replaceChildren(
            ...trace.steps.map(step => html('li', {}, summary(step, this.digits))));
        this.go(0);
        this.board.choose(null);
    }

    showTitle({name, formula}, how)
    {
        document.title = name + how;
        find('title').replaceChildren(ink('name', name), formula === '' ? '' : ` = ${formula}`,
                                      how);
    }

    layOutSlider(steps) {
        const forward = steps.filter(step => step.pass === 'forward').length;
        find('place').max = steps.length;
        find('player').style.setProperty('--forward', forward / steps.length);
    }

    // Shows the frame after `at` steps, or the nearest there is; playing stops unless it goes on.
    go(at, playing = false) {
        this.at = Math.max(0, Math.min(at, this.frames.length - 1));
        if (!playing || this.at === this.frames.length - 1) {
            this.play(false);
        }
        const frame = this.frames[this.at], slider = find('place');
        this.board.show(frame);
        slider.value = this.at;
        slider.setAttribute('aria-valuetext', place(frame.step));
        find('count').value = `${this.at} of ${this.frames.length - 1}`;
        // Not `disabled`, which would take the focus away.
        find('back').ariaDisabled = this.at === 0;
        find('step').ariaDisabled = this.at === this.frames.length - 1;
        document.body.dataset.pass = frame.step?.pass ?? '';
        this.tell(frame);
    }

    // Takes a step at once, then one each time the pause is over. At the end it starts anew.
    play(on) {
        clearInterval(this.timer);
        this.timer = null;
        if (on) {
            this.timer = setInterval(() => this.go(this.at + 1, true), PAUSE);
            this.go(this.at === this.frames.length - 1 ? 0 : this.at + 1, true);
        }
        find('play').textContent = this.timer === null ? 'Play' : 'Pause';
    }

    press(event) {
        if (this.layers?.shown) {
            return;
        }
        const {key, target} = event, moves = {ArrowLeft: this.at - 1, ArrowRight: this.at + 1,
                                              Home: 0, End: this.frames.length - 1};
        const own = target.matches('input, textarea') || event.ctrlKey || event.altKey || event.metaKey;
        if (key === 'Escape') {
            this.board.choose(null);
        } else if (key === ' ' && !own && !target.matches('button, summary')) {
            this.play(this.timer === null);
            event.preventDefault();
        } else if (moves[key] !== undefined && !own) {
            this.go(moves[key]);
            event.preventDefault();
        }
    }

    tell(frame) {
        const leaves = this.board.boxes.filter(box => box.cells.length === 0 && box.kind !== 'constant');
        const given = leaves.flatMap((box, i) => [
            i === 0 ? '' : ', ', ink('name', box.name), ' = ',
            ink('value', figure(box.value, this.digits))]);
        find('story').replaceChildren(
            html('h2', {}, place(frame.step)),
            ...(frame.step === null
                ? [html('p', {class: 'line'}, 'Given: ', ...given),
                   html('p', {}, 'All else is still to be computed.')]
                : tellStep(frame.step, node => this.board.formulaOfNode(node), this.digits)));
    }
}
