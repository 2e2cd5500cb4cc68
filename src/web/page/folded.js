// A box of a folded picture (command/screen.h): laid out with fewer words than others
// (src/host/dot/dot_fit.c), and with the numbers of small arrays.

import { called } from './called.js';
import { Box, Line, position, words } from './box.js';
import { figure, PICTURE_DIGITS } from './number.js';

const FEW_DIGITS = 3;  // digits in a cell

// Inks and fills of a drawing on white paper, by what the page calls them.
const INK_OF = {'#1a1a1a': 'text', '#595959': 'muted', '#00548a': 'value', '#6a2c70': 'local',
              '#a63c00': 'grad'};
const FILL_OF = {'#f3f3f3': 'cell', '#fff1cc': 'parameter', '#ddeefa': 'input', '#ddf2e8': 'output',
               '#ece7f5': 'group', '#e4e4e4': 'dead', '#fde9dc': 'derivative', '#ffffff': 'interior',
               white: 'interior'};

const fewDigits = (v, text) => v === undefined ? text : figure(v, FEW_DIGITS);
export const isArray = box => box.rows !== undefined || (box.results ?? 1) > 1;

// The texts of a box, taken in the order in which they were written; what is passed over stays.
class Written {
    constructor(group) {
        this.texts = [...group.querySelectorAll('text')];
        this.at = 0;
    }
    take(expected) {
        const wanted = expected.replaceAll('\u00a0', ' ').trim();
        while (this.at < this.texts.length) {
            const text = this.texts[this.at++];
            if (words(text) === wanted) {
                return text;
            }
        }
        throw new Error(`the drawing lacks the word “${expected}”`);
    }
}

// A number that changes; how wide it may be is known once it is measured.
class Figure extends Line {
    constructor(text, right = false) {
        super(text, Infinity);
        this.atRight = right;
    }
    measure() {
        this.room = this.text.getComputedTextLength() + 2;
        if (this.atRight) {
            this.right(position(this.text, 'x') + this.room - 2);
        }
    }
}

export class FoldedBox extends Box {
    take(scene) {
        const {group, record: box, rects, shapes} = this, written = new Written(group);
        const {style} = scene, figures = this.figures = [];
        this.isShort = style !== 'cells';
        const number = (text, right = false) => {
            const taken = new Figure(written.take(text), right);
            figures.push(taken);
            return taken;
        };
        this.takeCells(written, number, style);
        this.name = written.take(box.kind === 'constant' ? box.value_text : called(box));
        const x = position(this.name, 'x'), y = position(this.name, 'y');
        this.body = rects.filter(rect => rect.x < x + 1 && rect.x + rect.width > x + 1 &&
                                         rect.y < y - 2 && rect.y + rect.height > y - 2)
            .reduce((least, rect) => rect.width * rect.height < least.width * least.height ? rect : least);
        this.value = isArray(box) ? null : number(box.value_text);
        this.elements = (box.number_texts ?? []).map(text => number(text, true));
        this.grad = number(box.grad_text);
        this.sum = style === 'cells' && box.sum_text !== '' ? number(box.sum_text) : null;
        this.dressAll(shapes, rects);
        this.name.classList.add('name');
        for (const text of group.querySelectorAll('text')) {
            text.classList.toggle('header', Math.abs(position(text, 'y') - y) < 1 && position(text, 'x') >= x);
        }
    }

    takeCells(written, number, style) {
        const {record: box} = this;
        this.cells = [];
        for (const cell of box.cells) {
            if (cell.chip !== undefined) {
                written.take(fewDigits(cell.chip.value, cell.chip.value_text));
            } else if (cell.values === undefined && style === 'cells') {
                written.take(cell.symbol);
                const shown = {cell, local: number(cell.local_text)};
                if (cell.share !== undefined) {
                    shown.product = [cell.local_text, '×', cell.upstream_text, '=', cell.share_text]
                        .map(text => number(text));
                }
                this.cells.push(shown);
            } else if (cell.values === undefined) {
                if (box.kind === 'group') {
                    written.take(cell.name);
                }
                this.cells.push({cell, local: number(fewDigits(cell.local, cell.local_text))});
            }
        }
    }

    measure() {
        this.figures.forEach(each => each.measure());
    }

    place() {
        this.mark(this.name, position(this.name, 'y'));
    }

    dressAll(shapes, rects) {
        const {group, record} = this;
        const leaves = record.kind === 'group' && record.operations === 0;
        const kind = leaves ? (record.op.includes('param') ? 'parameter' : 'input') : record.kind;
        group.setAttribute('class', `node folded ${kind}${record.derivative ? ' derivative' : ''}`);
        const tinted = [];
        shapes.forEach((shape, i) => {
            const fill = FILL_OF[shape.getAttribute('fill')];
            shape.classList.toggle('frame', !['none', 'transparent', null].includes(
                shape.getAttribute('stroke')));
            if (fill !== undefined) {
                shape.style.setProperty('--fill', `var(--${fill})`);
                shape.classList.add('ground');
            } else if (!['none', 'transparent', null].includes(shape.getAttribute('fill'))) {
                tinted.push([shape, rects[i]]);
            }
        });
        for (const text of group.querySelectorAll('text')) {
            const meaning = INK_OF[text.getAttribute('fill')];
            const bold = text.getAttribute('font-weight') === 'bold';
            text.classList.add(meaning !== 'text' ? meaning ?? 'plain' : bold ? 'name' : 'plain');
            text.classList.toggle('strong', bold);
        }
        this.dressElements(shapes, rects);
    }

    // Every element has a ground of its own, of its sign and its size.
    dressElements(shapes, rects) {
        this.grounds = this.elements.map(({text}) => {
            const x = position(text, 'x'), y = position(text, 'y') - 3;
            const i = rects.findLastIndex(rect => rect.x <= x && rect.x + rect.width >= x &&
                rect.y <= y && rect.y + rect.height >= y && rect.height < 24);
            return i < 0 ? null : shapes[i];
        });
        this.grounds.forEach(ground => ground?.classList.add('ground'));
    }

    showElements(numbers, known) {
        const size = v => typeof v === 'number' && Number.isFinite(v) ? Math.abs(v) : 0;
        const most = Math.max(...numbers.map(size)) || 1;
        this.elements.forEach((element, i) => {
            const v = numbers[i], much = known ? Math.round(35 * size(v) / most) : 0;
            element.say(known ? ['plain', figure(v, 2)] : ['muted', '·']);
            this.grounds[i]?.style.setProperty('--fill',
                `color-mix(in srgb, var(--${v > 0 ? 'value' : 'grad'}) ${much}%, var(--interior))`);
        });
    }

    showCell({cell, local, product}, frame, computed) {
        const now = frame.cells?.get(`${this.record.id}i${cell.slot}`) ?? cell;
        const text = this.isShort ? fewDigits(now.local, now.local_text) : now.local_text;
        local.say(computed ? ['local', text] : ['muted', '·']);
        const said = [['local', now.local_text], ['muted', '×'], ['grad', now.upstream_text],
                      ['muted', '='], ['grad strong', now.share_text]];
        const sent = frame.shares.has(`${this.record.id}i${cell.slot}`);
        product?.forEach((each, i) => each.say(...(sent ? [said[i]] : [])));
    }

    show(frame, label) {
        const {group} = this, record = frame.boxes?.get(this.record.id) ?? this.record;
        const computed = frame.values.has(record.id), grad = frame.grads.get(record.id);
        const value = frame.values.get(record.id), current = frame.box === record.id;
        this.cells.forEach(cell => this.showCell(cell, frame, computed));
        this.button.setAttribute('aria-label', label);
        group.classList.toggle('now', current);
        if (current) {
            this.button.setAttribute('aria-current', 'step');
        } else {
            this.button.removeAttribute('aria-current');
        }
        this.value?.say(computed && value !== null ? ['value', figure(value, PICTURE_DIGITS)] : ['muted', '·']);
        this.showElements(record.numbers ?? [], computed);
        this.grad.say(grad === undefined ? ['muted', '·']
            : grad.now === undefined ? ['grad', '…']
            : ['grad strong', figure(grad.now, PICTURE_DIGITS) + (grad.whole ? '' : ' …')]);
        this.sum?.say(['grad', grad?.whole ? record.sum_text : '']);
    }
}
