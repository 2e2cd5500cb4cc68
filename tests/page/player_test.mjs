// Plays exported pages in a browser, and compares every number with the engine's.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { backstep, records, walk, writer } from './engine.mjs';
import { hard, shown } from './graphs.mjs';
import { assert, finish, test } from './check.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-page-'));
const browser = new Browser();

function exported({name, text, root}) {
    const path = join(folder, `${name}.html`);
    backstep(['-e', `${text}\ngraph ${root} ${path}`]);
    return path;
}

// ---- What the page shows ------------------------------------------------------------------------

// Every number on the page, by what it means.
function look() {
    const words = element => element.textContent.replaceAll('\u00a0', ' ').trim();
    const all = (root, selector) => [...root.querySelectorAll(selector)];
    const picture = all(document, '#picture .node').map(node => ({
        id: node.id,
        lines: all(node, 'text').map(words).filter(line => line !== ''),
        now: node.classList.contains('now'),
    }));
    const table = all(document, '#values tbody tr').map(
        row => [row.dataset.box, ...all(row, 'td').slice(1).map(words)]);
    return {picture, table, story: words(document.getElementById('story')),
            numbers: all(document, '#story .value, #story .grad, #story .local').map(words),
            count: document.getElementById('count').value};
}

// ---- What it ought to show ----------------------------------------------------------------------

const isNumber = word => /^−?(\d[\d.]*(e[+−]\d+)?|inf|nan)$/.test(word);

const numbersOf = value => typeof value === 'number' ? [value]
    : value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersOf) : [];

// Values, gradients and shares after the first `k` steps, from the engine's own records.
class Expected {
    constructor({text, root}) {
        this.steps = walk(`${text}\nzero`, root);
        const drawn = records(`${text}\nzero; backward ${root}\n` +
                              `graph ${root} ${join(folder, 'scene.json')}`);
        this.scene = drawn.find(record => record.kind === 'scene');
        const numbers = numbersOf([this.steps, this.scene]);
        this.short = writer(numbers, 4);
        this.long = writer(numbers, 6);
    }

    // How a value and its gradient read after k steps; write turns a number into text.
    of(box, k, write) {
        const before = this.steps.slice(0, k), after = this.steps.slice(k);
        const at = (steps, kind) => steps.filter(
            step => step.step === kind && step.node === box.node);
        const into = steps => steps.flatMap(step => step.shares ?? [])
            .filter(share => share.child.node === box.node);
        const leaf = box.cells.length === 0, computed = at(before, 'forward').at(-1);
        const got = [...at(before, 'seed').map(seed => seed.after),
                     ...into(before).map(share => share.now)].at(-1);
        const more = into(after).length > 0 ? ' …' : '';
        return {
            value: leaf ? write(box.value) : computed ? write(computed.after) : '·',
            grad: box.kind === 'constant' ? undefined : got === undefined ? '·' : write(got) + more,
            computed: leaf || computed !== undefined,
            whole: got !== undefined && more === '',
            sent: at(before, 'backward').at(-1),
        };
    }

    lines(box, k) {
        const {value, grad, computed, whole, sent} = this.of(box, k, this.short);
        if (box.kind === 'constant') {
            return [value];
        }
        const {compact} = this.scene, shares = [...sent?.shares ?? []];
        const cells = box.cells.flatMap(cell => {
            if (cell.symbol === undefined) {
                return [compact ? '·' : 'constant'];
            }
            const local = computed ? cell.local_text : '·', share = shares.shift();
            const product = share === undefined ? [] : [`${this.short(share.local)} × ` +
                `${this.short(sent.upstream)} = ${this.short(share.share)}`];
            return compact ? [local] : [`${cell.symbol}  ${local}`, ...product];
        });
        const tags = [box.op, box.dead && computed ? 'dead' : '',
                      box.kind === 'output' ? 'output' : ''].filter(Boolean).join(' · ');
        return [...cells, box.called || box.name, tags, 'value', value, 'grad', grad,
                ...(box.sum_text !== '' && whole ? [box.sum_text] : [])];
    }

    // The numbers that tell step k, in the order in which they are read.
    told(k) {
        const step = this.steps[k - 1], write = this.long;
        if (step.step !== 'backward') {
            return [...(step.operands ?? []), step.after].map(write);
        }
        return [step.upstream, ...step.shares.flatMap(share => [
            share.held, step.upstream, share.local, share.share, share.now])].map(write);
    }

    compare(page, k) {
        const {scene, steps} = this;
        assert.equal(page.count, `${k} of ${steps.length}`);
        assert.deepEqual(page.picture.map(box => box.id), scene.boxes.map(box => box.id));
        for (const [i, box] of scene.boxes.entries()) {
            const {value, grad} = this.of(box, k, this.long);
            assert.deepEqual(page.picture[i].lines, this.lines(box, k), `${box.name}, step ${k}`);
            assert.deepEqual(page.table[i], [box.id, value, grad ?? ''], `${box.name}, step ${k}`);
            assert.equal(page.picture[i].now, k > 0 && steps[k - 1].node === box.node);
        }
        if (k > 0) {
            const numbers = page.numbers.filter(isNumber);
            assert.deepEqual(numbers, this.told(k), page.story);
        }
    }
}

// ---- The tests ----------------------------------------------------------------------------------

async function playThrough(graph) {
    const path = exported(graph), expected = new Expected(graph), seen = [];
    const page = await browser.open(`file://${path}`);
    for (let k = 0; k <= expected.steps.length; k++) {
        seen.push(await page.run(look));
        expected.compare(seen[k], k);
        await page.click('#step');
    }
    for (let k = expected.steps.length; k >= 0; k--) {
        assert.deepEqual(await page.run(look), seen[k], `going back to step ${k}`);
        await page.click('#back');
    }
    for (const k of [Math.floor(seen.length / 2), seen.length - 1, 0]) {
        await page.run(to => {
            const slider = document.getElementById('place');
            slider.value = to;
            slider.dispatchEvent(new Event('input'));
        }, k);
        assert.deepEqual(await page.run(look), seen[k], `the slider at ${k}`);
    }
    assert.deepEqual(page.errors, []);
    assert.deepEqual(page.requests.filter(url => !url.startsWith('data:')), [`file://${encodeURI(path)}`]);
    await page.close();
}

// Each value's local gradients, paths and their sum, and the words of `explain`.
async function readAbout(graph) {
    const {text, root} = graph, page = await browser.open(`file://${exported(graph)}`);
    const boxes = await page.run(() => JSON.parse(document.getElementById('records').textContent)
        .find(record => record.kind === 'scene').boxes.map(({id, name, kind}) => ({id, name, kind})));
    for (const {id, name, kind} of boxes) {
        await page.run(wanted => document.getElementById(wanted).dispatchEvent(new Event('click')), id);
        const about = await page.run(() => {
            const words = element => element.textContent;
            return {
                tables: [...document.querySelectorAll('#about table')].map(
                    table => [...table.rows].map(row => [...row.cells].map(words))),
                words: [...document.querySelectorAll('#about h3:last-of-type ~ p')].map(words),
            };
        });
        const asked = `${text}\nzero; backward ${root}\n`;
        const lines = backstep(['-e', `${asked}explain ${name}`]).trim().split('\n');
        assert.deepEqual(about.words.map(line => line.replaceAll('−', '-')),
                         lines.map(line => line.trim()));
        if (kind === 'constant') {
            continue;
        }
        const paths = records(`${asked}paths ${root} ${name}`).find(each => each.kind === 'paths');
        const write = writer(numbersOf(paths), 6);
        assert.deepEqual(about.tables.at(-1).map(row => row.at(-1)),
                         [...paths.rows.map(row => row.product), paths.sum].map(write));
    }
    assert.deepEqual(page.errors, []);
    await page.close();
}

for (const graph of [...shown, ...hard]) {
    await test(`plays ${graph.name}`, () => playThrough(graph));
    await test(`tells about the values of ${graph.name}`, () => readAbout(graph));
}

await test('the canonical page is small', () => {
    const bytes = readFileSync(join(folder, 'canonical.html')).length;
    assert.ok(bytes < 300 * 1024, `${bytes} bytes`);
});

await browser.close();
rmSync(folder, {recursive: true});
finish();
