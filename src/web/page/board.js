// What every page shows of one moment: the picture, all values in a table, what there is to say about
// the value that was chosen, and a word beside the one that is pointed at. Leaves can be given other
// values (leaf.js): then it shows those, until it is told to show something else.

import { called } from './called.js';
import { Picture } from './picture.js';
import { LeafTrial } from './leaf.js';
import { figure } from './number.js';
import { find, html, ink } from './dom.js';
import { tellAbout, tellLittle } from './about.js';
import { frameOf } from './walk.js';
import { isArray } from './folded.js';
import { shapeOf, tellGroup } from './grouped.js';

export class Board {
    picture = null;
    frame = null;
    chosen = null;
    pointed = [null, null];

    // offers: as in leaf.js.
    constructor(offers = []) {
        // What a click on a box may do instead of choosing it: see player.js.
        this.opens = () => false;
        this.open = () => {};
        this.trial = new LeafTrial(
            scene => this.#present(scene === null ? this.rest : frameOf(scene, null), this.drawn), offers);
        find('whole').addEventListener('click', () => this.shrink());
        addEventListener('resize', () => this.offerWhole());
    }

    // A drawing {svg, scene}, as a source has it (source.js); null if there is none.
    draw(drawing) {
        this.point(null);
        this.picture = drawing === null ? null
            : new Picture(drawing, id => this.choose(id), (id, group) => this.point(id, group),
                          id => this.trial.grab(id));
        this.trial.take(drawing === null ? null : drawing.scene);
        this.picture?.offerLeaves(id => this.trial.canMove(id));
        document.querySelector('main').classList.toggle('tall', this.picture?.aspect < 1.1);
        this.offerWhole();
    }

    // A picture that is larger than its place can be shown whole, and small.
    offerWhole() {
        const small = find('whole').ariaPressed === 'true';
        find('whole').hidden = !small && !this.picture?.overflows();
    }

    shrink() {
        const whole = find('picture').classList.toggle('whole');
        find('whole').ariaPressed = whole;
        this.#present(this.frame, this.drawn);
    }

    // The values: boxes of a scene, what there is to say about each, and the digits of numbers.
    know(boxes, about, digits) {
        this.boxes = boxes;
        this.trial.settle(boxes);
        this.about = new Map(about.map(each => [each.id, each]));
        this.names = new Map(boxes.map(box => [box.node, box.id]));
        this.digits = this.trial.digits = digits;
    }

    // Shows a frame (walk.js) of these values; where the picture is of others, all but the picture.
    show(frame, drawn = this.picture !== null) {
        this.rest = frame;
        this.trial.forget();
        this.#present(frame, drawn);
    }

    #present(frame, drawn) {
        this.frame = frame;
        this.drawn = drawn;
        if (drawn) {
            this.picture.show(frame, (box, at) => this.label(box, at));
        }
        this.fillTable(frame);
        this.point(...this.pointed);
    }

    formulaOf(id) {
        return this.about.get(id)?.explain.formula ??
            this.boxes.find(box => box.id === id)?.formula ?? '';
    }

    formulaOfNode(node) {
        return this.formulaOf(this.names.get(node));
    }

    // What a screen reader says of a value.
    label(box, frame) {
        const formula = this.formulaOf(box.id), value = frame.values.get(box.id);
        const grad = frame.grads.get(box.id), number = v => figure(v, this.digits);
        return [box.name + (formula === '' ? `, ${box.kind}` : ` = ${formula}`),
                value === undefined ? 'no value yet'
                    : isArray(box) ? shapeOf(box) : `value ${number(value)}`,
                grad === undefined ? 'no gradient yet' : grad.now === undefined ? 'a part of its gradient'
                    : `gradient ${number(grad.now)}${grad.whole ? '' : ' so far'}`].join(', ');
    }

    // A value in words: of an array its shape.
    known(box, v, digits) {
        return v === undefined ? '·' : isArray(box) ? shapeOf(box) : figure(v, digits);
    }

    // What the eye wants of it.
    brief(box, frame) {
        const value = frame.values.get(box.id), grad = frame.grads.get(box.id);
        const digits = this.trial.moved ? this.digits : 17;
        const known = v => v === undefined ? '·' : figure(v, digits);
        return [html('bdi', {class: 'strong'}, called(box)), isArray(box) ? ', ' : ' = ',
                this.known(box, value, digits),
                ...(box.kind === 'constant' ? [] : [html('br'), `gradient ${known(grad?.now)}`,
                                                    grad?.whole === false ? ' …' : '']),
                ...(this.opens(box.id) ? [html('br'), 'a click opens it'] : [])];
    }

    fillTable(frame) {
        const point = () => ink('muted', '·');
        const cell = (...parts) => html('td', {class: 'number'}, ...parts);
        const rows = this.boxes.map(box => {
            const value = frame.values.get(box.id), grad = frame.grads.get(box.id);
            const row = html('tr', {'data-box': box.id},
                html('th', {scope: 'row'}, ink('name', called(box))),
                html('td', {}, this.formulaOf(box.id) || (box.cells.length > 0 || box.kind === 'group' ? box.op : box.kind)),
                cell(value === undefined ? point() : ink('value', this.known(box, value, this.digits))),
                cell(box.kind === 'constant' ? '' : grad === undefined ? point()
                         : grad.now === undefined ? ink('grad', '…')
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
        if (this.opens(id)) {
            this.open(id);
            return;
        }
        this.chosen = id === this.chosen ? null : id;
        if (this.chosen === null && this.trial.moved) {
            this.trial.putBack();
        }
        this.tellChosen();
        this.trial.offer(this.chosen);
    }

    tellChosen() {
        const box = this.boxes.find(each => each.id === this.chosen);
        this.chosen = box === undefined ? null : this.chosen;
        if (this.drawn) {
            this.picture.select(this.chosen);
        }
        find('about').classList.toggle('screen', this.chosen === null);
        find('about').replaceChildren(...(this.chosen === null
            ? [html('p', {class: 'muted'}, 'Choose a value in the picture to read about its local ' +
                    'derivatives, its paths to the output, and the chain rule.')]
            : this.about.has(this.chosen) ? tellAbout(this.about.get(this.chosen), this.digits)
            : box.kind === 'group' ? tellGroup(box, this.opens(box.id), this.digits)
            : tellLittle(box, this.boxes.find(each => each.kind === 'output') ?? box, this.digits)));
    }

    // Value and gradient beside what is pointed at; null: nothing is.
    point(id, group = null) {
        this.pointed = [id, group];
        const tip = find('tip');
        const box = id === null ? undefined : this.boxes.find(each => each.id === id);
        tip.hidden = box === undefined;
        if (tip.hidden) {
            return;
        }
        tip.replaceChildren(...this.brief(box, this.frame));
        const at = group.getBoundingClientRect(), margin = 8;
        const most = document.documentElement.clientWidth - tip.offsetWidth - margin;
        tip.style.left = `${Math.max(margin, Math.min(at.left, most))}px`;
        tip.style.top = `${at.top > tip.offsetHeight + margin ? at.top - tip.offsetHeight - margin
                                                             : at.bottom + margin}px`;
    }
}
