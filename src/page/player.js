// The player: which frame is shown, and all that moves it.

import { Picture } from './picture.js';
import { framesOf } from './walk.js';
import { figure } from './number.js';
import { html, ink } from './dom.js';
import { place, passOf, summary, tellStep } from './story.js';
import { tellAbout } from './about.js';

const PAUSE = 1600;  // milliseconds a step while playing

const find = id => document.getElementById(id);

export class Player {
    at = 0;
    chosen = null;
    timer = null;
    pointed = [null, null];

    constructor() {
        find('back').addEventListener('click', () => this.go(this.at - 1));
        find('step').addEventListener('click', () => this.go(this.at + 1));
        find('play').addEventListener('click', () => this.play(this.timer === null));
        find('place').addEventListener('input', () => this.go(Number(find('place').value)));
        find('whole').addEventListener('click', () => this.shrink());
        addEventListener('resize', () => this.offerWhole());
        document.addEventListener('keydown', event => this.press(event));
        // On paper all steps are read at once.
        addEventListener('beforeprint', () => { find('steps').open = true; });
    }

    // Takes up what a source has to show.
    show({svg, scene, trace}) {
        this.play(false);
        this.digits = trace.digits;
        this.about = new Map(trace.about.map(about => [about.id, about]));
        this.boxes = scene.boxes;
        this.names = new Map(scene.boxes.map(box => [box.node, box.id]));
        this.frames = framesOf(scene, trace.steps);
        this.picture = new Picture({svg, scene}, id => this.choose(id), (id, group) => this.point(id, group));
        const root = this.about.get(scene.root).explain;
        document.title = `${root.name}, step by step`;
        find('title').replaceChildren(
            ink('name', root.name), ...(root.formula === '' ? [] : [` = ${root.formula}`]),
            ', step by step');
        document.querySelector('main').classList.toggle('tall', this.picture.aspect < 1.1);
        this.layOutSlider(trace.steps);
        find('steps').querySelector('ol').replaceChildren(
            ...trace.steps.map(step => html('li', {}, summary(step, this.digits))));
        this.choose(null);
        this.go(0);
        this.offerWhole();
    }

    // A picture that is larger than its place can be shown whole, and small.
    offerWhole() {
        find('whole').hidden = find('whole').ariaPressed === 'false' && !this.picture.overflows();
    }

    shrink() {
        const whole = find('picture').classList.toggle('whole');
        find('whole').ariaPressed = whole;
        this.go(this.at);
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
        this.picture.show(frame, (box, at_) => this.label(box, at_));
        slider.value = this.at;
        slider.setAttribute('aria-valuetext', place(frame.step));
        find('count').value = `${this.at} of ${this.frames.length - 1}`;
        // Not `disabled`, which would take the focus away.
        find('back').ariaDisabled = this.at === 0;
        find('step').ariaDisabled = this.at === this.frames.length - 1;
        document.body.dataset.pass = frame.step?.pass ?? '';
        this.tell(frame);
        this.fillTable(frame);
        this.point(...this.pointed);
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
        const {key, target} = event, moves = {ArrowLeft: this.at - 1, ArrowRight: this.at + 1,
                                              Home: 0, End: this.frames.length - 1};
        const own = target.matches('input') || event.ctrlKey || event.altKey || event.metaKey;
        if (key === 'Escape') {
            this.choose(null);
        } else if (key === ' ' && !own && !target.matches('button, summary')) {
            this.play(this.timer === null);
            event.preventDefault();
        } else if (moves[key] !== undefined && !own) {
            this.go(moves[key]);
            event.preventDefault();
        }
    }

    formulaOf(id) {
        return this.about.get(id).explain.formula;
    }

    // What a screen reader says of a value.
    label(box, frame) {
        const formula = this.formulaOf(box.id), value = frame.values.get(box.id);
        const grad = frame.grads.get(box.id), number = v => figure(v, this.digits);
        return [box.name + (formula === '' ? `, ${box.kind}` : ` = ${formula}`),
                value === undefined ? 'no value yet' : `value ${number(value)}`,
                grad === undefined ? 'no gradient yet'
                    : `gradient ${number(grad.now)}${grad.whole ? '' : ' so far'}`].join(', ');
    }

    // What the eye wants of it.
    brief(box, frame) {
        const value = frame.values.get(box.id), grad = frame.grads.get(box.id);
        const known = v => v === undefined ? '·' : figure(v, 17);
        return [html('bdi', {class: 'strong'}, box.name), ` = ${known(value)}`,
                ...(box.kind === 'constant' ? [] : [html('br'), `gradient ${known(grad?.now)}`,
                                                    grad?.whole === false ? ' …' : ''])];
    }

    tell(frame) {
        const leaves = this.boxes.filter(box => box.cells.length === 0 && box.kind !== 'constant');
        const given = leaves.flatMap((box, i) => [
            i === 0 ? '' : ', ', ink('name', box.name), ' = ',
            ink('value', figure(box.value, this.digits))]);
        find('story').replaceChildren(
            html('h2', {}, place(frame.step)),
            ...(frame.step === null
                ? [html('p', {class: 'line'}, 'Given: ', ...given),
                   html('p', {}, 'All else is still to be computed.')]
                : tellStep(frame.step, node => this.formulaOf(this.names.get(node)), this.digits)));
    }

    fillTable(frame) {
        const point = () => ink('muted', '·');
        const cell = (...parts) => html('td', {class: 'number'}, ...parts);
        const rows = this.boxes.map(box => {
            const value = frame.values.get(box.id), grad = frame.grads.get(box.id);
            const row = html('tr', {'data-box': box.id},
                html('th', {scope: 'row'}, ink('name', box.name)),
                html('td', {}, this.formulaOf(box.id) || box.kind),
                cell(value === undefined ? point() : ink('value', figure(value, this.digits))),
                cell(box.kind === 'constant' ? '' : grad === undefined ? point()
                         : ink('grad', figure(grad.now, this.digits) + (grad.whole ? '' : ' …'))));
            if (box.id === frame.box) {
                row.setAttribute('aria-current', 'step');
            }
            return row;
        });
        const head = (text, meaning) => html('th', {scope: 'col', class: meaning}, text);
        find('values').querySelector('table').replaceChildren(
            html('thead', {}, html('tr', {}, head('name', 'muted'), head('formula', 'muted'),
                                   head('value', 'muted number'), head('gradient', 'muted number'))),
            html('tbody', {}, ...rows));
    }

    // The value that the page tells about; the same again, or null: none.
    choose(id) {
        this.chosen = id === this.chosen ? null : id;
        this.picture.select(this.chosen);
        find('about').classList.toggle('screen', this.chosen === null);
        find('about').replaceChildren(...(this.chosen === null
            ? [html('p', {class: 'muted'}, 'Choose a value in the picture to read about its local ' +
                    'derivatives, its paths to the output, and the chain rule.')]
            : tellAbout(this.about.get(this.chosen), this.digits)));
    }

    // Value and gradient beside what is pointed at.
    point(id, group) {
        this.pointed = [id, group];
        const tip = find('tip'), box = this.boxes.find(each => each.id === id);
        tip.hidden = id === null;
        if (id === null) {
            return;
        }
        tip.replaceChildren(...this.brief(box, this.frames[this.at]));
        const at = group.getBoundingClientRect(), margin = 8;
        const most = document.documentElement.clientWidth - tip.offsetWidth - margin;
        tip.style.left = `${Math.max(margin, Math.min(at.left, most))}px`;
        tip.style.top = `${at.top > tip.offsetHeight + margin ? at.top - tip.offsetHeight - margin
                                                             : at.bottom + margin}px`;
    }
}
