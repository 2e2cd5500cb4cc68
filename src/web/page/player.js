// The player: which frame is shown, and all that moves it.

import { called } from './called.js';
import { Board } from './board.js';
import { boxFrames, boxSteps, framesOf } from './walk.js';
import { figure } from './number.js';
import { find, html, ink } from './dom.js';
import { isArray } from './folded.js';
import { boxSummary, shapeOf, tellBoxStep } from './grouped.js';
import { place, summary, tellStep } from './story.js';

const PAUSE = 1600;  // milliseconds a step while playing

export class Player {
    at = 0;
    timer = null;
    projector = null;  // where there is one (projector.js)

    // layers: the other view (layers.js); null: the page has none
    constructor(board = new Board(), layers = null)
    {
        this.board = board;
        this.layers = layers;
        find('back').addEventListener('click', () => this.go(this.at - 1));
        find('step').addEventListener('click', () => this.go(this.at + 1));
        find('play').addEventListener('click', () => this.play(this.timer === null));
        find('close')?.addEventListener('click', () => this.close());
        find('place').addEventListener('input', () => this.go(Number(find('place').value)));
        document.addEventListener('keydown', event => this.press(event));
        // On paper all steps are read at once.
        addEventListener('beforeprint', () => { find('steps').open = true; });
    }

    // Takes up what a source has to show.
    show(shown) {
        this.play(false);
        const {trace, scene} = this.whole = shown;
        this.opened = '';  // the path of the boxes that are open
        this.digits = trace.digits;
        this.layers?.take(trace.flow, trace.digits, {alone: scene === undefined, from: 0});
        if (trace.view !== undefined) {
            this.layers?.choose(trace.view);
        }
        if (scene === undefined) {
            this.showTitle(trace.flow.output, ', layer by layer');
            return;
        }
        this.board.opens = id => this.openingOf(id) !== null;
        this.board.open = id => this.showOpening(this.openingOf(id));
        this.lay(shown);
        const {name} = this.board.boxes.find(box => box.id === scene.root);
        this.showTitle(trace.flow?.output ?? {name, formula: this.board.formulaOf(scene.root)}, ', step by step');
        this.go(0);
        this.board.choose(null);
    }

    showTitle({name, formula}, how) {
        document.title = name + how;
        find('title').replaceChildren(ink('name', name), formula === '' ? '' : ` = ${formula}`, how);
    }

    // A picture and the steps over it: of a folded one a box is one step.
    lay({svg, scene}) {
        const {trace} = this.whole, byBox = trace.steps.length === 0;
        const steps = byBox ? boxSteps(scene) : trace.steps;
        this.scene = scene;
        this.frames = byBox ? boxFrames(scene, steps) : framesOf(scene, steps);
        // A picture takes its drawing apart, and this one may be wanted again.
        const drawing = svg.cloneNode(true);
        find('picture').replaceChildren(drawing);
        this.board.draw({svg: drawing, scene});
        this.board.know(scene.boxes, trace.about, trace.digits);
        this.layOutSlider(steps);
        find('steps').querySelector('ol').replaceChildren(
            ...steps.map(step => html('li', {}, this.summary(step))));
    }

    summary(step) {
        return step.box === undefined ? summary(step, this.digits)
                                      : boxSummary(step, this.scene, this.digits);
    }

    // ---- Boxes that are opened ----

    // The path of the picture in which this box is open too; null if there is none.
    openingOf(id) {
        for (let path = this.opened; id !== null; path = path.split('/').slice(0, -1).join('/')) {
            const next = path === '' ? id : `${path}/${id}`;
            if (this.whole.openings?.has(next) && next !== this.opened) {
                return next;
            }
            if (path === '') {
                break;
            }
        }
        return null;
    }

    // Path "": nothing is open. The walk stays where it is.
    showOpening(path) {
        const step = this.frames[this.at].step, shown = path === '' ? this.whole
                                                                    : this.whole.openings.get(path);
        this.play(false);
        this.opened = path;
        this.lay(shown);
        find('close').hidden = path === '';
        this.board.chosen = null;
        this.go(this.frames.findLastIndex(frame => frame.step === null || (step !== null &&
            (frame.step.pass === 'forward'
                 ? step.pass === 'backward' || frame.step.node <= step.node
                 : step.pass === 'backward' && frame.step.node >= step.node))));
        this.board.tellChosen();
    }

    close() {
        this.showOpening(this.opened.split('/').slice(0, -1).join('/'));
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
        this.projector?.tell();
    }

    // The moment on one line, for a projector.
    line() {
        const {step} = this.frames[this.at];
        return step === null ? 'Before the first step' : this.summary(step);
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
        if (key === 'Escape' && this.projector?.on) {
            return;
        }
        if (key === 'Escape' && this.board.chosen === null && this.opened !== '') {
            this.close();
        } else if (key === 'Escape') {
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
            i === 0 ? '' : ', ', ink('name', called(box)), isArray(box) ? ' ' : ' = ',
            ink('value', isArray(box) ? shapeOf(box) : figure(box.value, this.digits))]);
        find('story').replaceChildren(
            html('h2', {}, place(frame.step)),
            ...(frame.step === null
                ? [html('p', {class: 'line'}, 'Given: ', ...given),
                   html('p', {}, 'All else is still to be computed.')]
                : frame.step.box !== undefined ? tellBoxStep(frame.step, this.scene, this.digits)
                : tellStep(frame.step, node => this.board.formulaOfNode(node), this.digits)));
    }
}
