// The network by layers: in exported pages and beside a prompt, every number held against the engine's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { backstep, records, writer } from './engine.mjs';
import { faint } from './eyes.mjs';
import { assert, finish, test } from './check.mjs';
import { Prompt } from '../live/prompt.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-page-'));
const browser = new Browser();
const shots = process.env.SHOTS;  // a folder for pictures of the pages, for whoever wants to look

const NET = `x = [1, 2]
param W1 = [[0.1, 0.2], [0.3, 0.4]]
param b1 = [0.01, 0.02]
param W2 = [0.5, 0.6]
param b2 = 0.05
z1 = W1 @ x + b1
a1 = sigmoid(z1)
z2 = W2 @ a1 + b2
p = sigmoid(z2)
L = bce(p, 1)`;

// One that vanishes below its dead units, and is far too large for a picture of its values.
const DEEP = `seed 1
X = randn(20, 8)
y = randn(20)
param W1 = randn(8, 12)*0.05
param W2 = randn(12, 12)*0.05
param W3 = randn(12, 12)*0.05
param w = randn(12)
A1 = sigmoid(X @ W1)
A2 = sigmoid(A1 @ W2)
A3 = relu(A2 @ W3)
L = mean((A3 @ w - y)**2)`;

// A wide sigmoid layer far from 0, a layer of relu that is shut for good, and large weights below.
const ILL = `x = [1, 1]
param A = [[40, 30], [-50, -60]]
param B = [[-3, -4], [2, 1]]
param w = [1, 1]
h = sigmoid(A @ x)
g = relu(B @ h)
L = (sum(w*g) - 3)**2`;

async function exported(name, text, command) {
    const path = join(folder, `${name}.html`);
    backstep(['-e', `${text}\n${command} ${path}`]);
    return browser.open(`file://${path}`);
}

const flowOf = (text, command) => records(`${text}\n${command}`).findLast(({kind}) => kind === 'flow');

// What the cards show: of each its title, its marks, and its rows as [name, shape, numbers…].
function look() {
    const words = element => element.textContent.replace(/\s+/g, ' ').trim();
    const all = (root, selector) => [...root.querySelectorAll(selector)];
    return {
        cards: all(document, '#cards .layer').map(card => ({
            title: words(card.querySelector('h3')), now: card.classList.contains('now'),
            marks: all(card, '.mark').map(words),
            rows: all(card, ':scope > table > tbody > tr').map(row => [
                words(row.querySelector('th')), words(row.querySelector('td')),
                ...all(row, '.array td').map(words), ...all(row, 'td > .muted:not(p)').map(words)]),
        })),
        story: words(document.getElementById('layer-story')),
        count: document.getElementById('layer-count').value,
    };
}

const isShown = (page, id) => page.run(
    wanted => getComputedStyle(document.getElementById(wanted)).visibility === 'visible' &&
        document.getElementById(wanted).getClientRects().length > 0, id);

// ---- What they ought to show --------------------------------------------------------------------

const numbersOf = value => typeof value === 'number' ? [value]
    : value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersOf) : [];

// The rows of all cards after k steps of a network that is small enough to be shown whole.
class Expected {
    constructor(flow) {
        this.flow = flow;
        this.write = writer(numbersOf(flow), 6);
        this.layers = flow.layers.length;
        this.steps = 2*this.layers + 2 + (flow.rate === undefined ? 0 : 2);
    }

    rows(k) {
        const {flow, layers, write} = this, {output} = flow;
        const done = step => k > step, again = done(2*layers + 3), changed = done(2*layers + 2);
        const row = (name, array, known, key = 'value') => [
            name, array.shape.replace('x', '×'), ...known ? [array[key]].flat(2).map(write) : ['·']];
        const value = (array, known, after) => [
            row(array.formula === '' ? array.name : `${array.name} = ${array.formula}`, array, known),
            ...after ? [row(`then ${array.name}`, array, true, 'after')] : []];
        const cards = flow.layers.map((layer, i) => {
            const forward = done(i), backward = done(2*layers + 1 - i);
            return [...layer.weights.flatMap(v => value({...v, formula: ''}, true, changed)),
                    ...value(layer.z, forward, again), ...value(layer.a, forward, again),
                    row(`δ${i + 1} = d${output.name}/d${layer.z.name}`, layer.z, backward, 'grad'),
                    ...layer.weights.map(v => row(`d${v.name}`, v, backward, 'grad'))];
        });
        return [flow.inputs.flatMap(v => value(v, true, false)), ...cards,
                [...value(output, done(layers), again),
                 row(`d${output.name}/d${output.name}`, output, done(layers + 1), 'grad')]];
    }
}

// ---- Exported pages -----------------------------------------------------------------------------

await test('each step of both passes, of the update and of the pass after it', async () => {
    const expected = new Expected(flowOf(NET, 'flow L 0.1')), seen = [];
    const page = await exported('net', NET, 'flow L 0.1');
    assert.equal(await isShown(page, 'layers'), true);
    assert.equal(expected.steps, 8);
    for (let k = 0; k <= expected.steps; k++) {
        seen.push(await page.run(look));
        assert.equal(seen[k].count, `${k} of ${expected.steps}`);
        assert.deepEqual(seen[k].cards.map(({rows}) => rows), expected.rows(k), `step ${k}`);
        await page.click('#layer-step');
    }
    // The figures of the worked network themselves.
    const all = seen.at(-1).cards.flatMap(({rows}) => rows);
    const of = name => all.find(([head]) => head === name).slice(2);
    assert.deepEqual(of('δ2 = dL/dz2'), ['−0.306869']);
    assert.deepEqual(of('dW1'), ['−0.0359687', '−0.0719373', '−0.0341527', '−0.0683053']);
    assert.deepEqual(of('then L'), ['0.34701']);
    for (let k = expected.steps; k >= 0; k--) {
        assert.deepEqual(await page.run(look), seen[k], `back to step ${k}`);
        await page.press('ArrowLeft');
    }
    await page.press('End');
    assert.deepEqual(await page.run(look), seen.at(-1));
    assert.deepEqual(seen.map(({cards}) => cards.findIndex(({now}) => now)), [-1, 1, 2, 3, 3, 2, 1, 3, 3]);
    if (shots !== undefined) {
        await page.shoot(join(shots, 'layers.png'), true);
    }
    assert.deepEqual(page.errors, []);
    await page.close();
});

await test('the graph and the layers are two views of one page', async () => {
    const page = await exported('both', NET, 'graph L');
    assert.deepEqual([await isShown(page, 'picture'), await isShown(page, 'layers')], [true, false]);
    await page.click('#step');
    await page.click('#view-layers');
    assert.deepEqual([await isShown(page, 'picture'), await isShown(page, 'layers'),
                      await isShown(page, 'player')], [false, true, false]);
    await page.press('ArrowRight');
    await page.press('ArrowRight');
    assert.equal((await page.run(look)).count, '2 of 6');
    assert.match((await page.run(look)).story, /^Forward pass, layer 2 ?z2 = W2 @ a1 \+ b2; then p = sigmoid\(z2\)$/);
    await page.click('#view-graph');
    assert.deepEqual([await isShown(page, 'picture'), await isShown(page, 'layers')], [true, false]);
    // The keys were the layers' alone.
    assert.match(await page.run(() => document.getElementById('count').value), /^1 of /);
    await page.press('ArrowRight');
    assert.match(await page.run(() => document.getElementById('count').value), /^2 of /);
    assert.deepEqual(page.errors, []);
    await page.close();
});

await test('a page that begins with the layers draws its graph as well', async () => {
    const page = await exported('first', NET, 'flow L');
    await page.click('#view-graph');
    const heights = await page.run(() => [...document.querySelectorAll('#picture .node')].map(
        node => Math.round(node.getBoundingClientRect().height)));
    const other = await exported('second', NET, 'graph L');
    assert.deepEqual(heights, await other.run(() => [...document.querySelectorAll('#picture .node')].map(
        node => Math.round(node.getBoundingClientRect().height))));
    assert.deepEqual([...page.errors, ...other.errors], []);
    await page.close();
    await other.close();
});

await test('a network too large for a picture of its values has its layers, and a folded graph', async () => {
    const page = await exported('deep', DEEP, 'flow L'), flow = flowOf(DEEP, 'flow L');
    assert.deepEqual([await isShown(page, 'layers'), await isShown(page, 'views')], [true, true]);
    await page.press('End');
    const {cards} = await page.run(look);
    assert.deepEqual(cards.map(({title}) => title.replace(/ .*/, '')),
                     ['Input', ...flow.layers.map(({number, z}) => number > 0 ? 'Layer' : z.name), 'Loss']);
    // Long arrays are shortened, and their lengths said.
    const [text] = await page.run(() => [...document.querySelectorAll('#cards .array + p')].map(
        p => p.textContent));
    const norm = writer([flow.inputs[0].norm], 3)(flow.inputs[0].norm);
    assert.equal(text, `160 numbers, of length ${norm}`);
    assert.ok(cards[0].rows[0].length <= 2 + 4*5);
    assert.deepEqual(page.errors, []);
    await page.close();
});

await test('what is worth knowing about a layer is said as the prompt says it, once it is known', async () => {
    const wide = DEEP.replaceAll('*0.05', '*0.001');
    for (const [name, text, wanted] of [['ill', ILL, /saturated.*\n.*dead units/],
                                        ['vanishing', wide, /vanishes/]]) {
        const page = await exported(name, text, 'flow L');
        const said = backstep(['-e', `${text}\nflow L`]).split('\n')
            .filter(line => /^layer \d+ (is |has )?\w/.test(line))
            .map(line => line.replace(/^layer \d+ (is |has )?/, '').replaceAll('-', '−'));
        assert.match(said.join('\n'), wanted);
        assert.deepEqual((await page.run(look)).cards.flatMap(({marks}) => marks), []);
        await page.press('End');
        const {cards} = await page.run(look);
        assert.deepEqual(cards.flatMap(({marks}) => marks), said);
        if (shots !== undefined) {
            await page.shoot(join(shots, `layers-${name}.png`), true);
        }
        await page.close();
    }
});

await test('a graph without layers has one view', async () => {
    const page = await exported('plain', 'a = 2; L = a*3', 'graph L');
    assert.equal(await isShown(page, 'views'), false);
    assert.equal(await isShown(page, 'layers'), false);
    assert.deepEqual(page.errors, []);
    await page.close();
});

await test('every word can be read, on light and on dark', async () => {
    for (const dark of [false, true]) {
        const page = await browser.open(`file://${join(folder, 'ill.html')}`, {dark});
        await page.press('End');
        assert.deepEqual((await page.run(faint)).found, []);
        await page.press('ArrowLeft');
        assert.deepEqual((await page.run(faint)).found, []);
        await page.close();
    }
});

// ---- Beside a prompt ----------------------------------------------------------------------------

const until = async (page, f, ...given) => {
    for (const late = Date.now() + 8000; !await page.run(f, ...given); ) {
        assert.ok(Date.now() < late, `never: ${f}`);
    }
};

await test('a page that follows the prompt shows the layers as they are', async () => {
    const prompt = new Prompt();
    await prompt.begin();
    const page = await browser.open(await prompt.view());
    for (const line of NET.split('\n')) {
        await prompt.type(line);
    }
    await until(page, () => !document.getElementById('views').hidden &&
        document.querySelector('#cards .layer:last-child th')?.textContent.startsWith('L'));
    await page.click('#view-layers');
    const expected = new Expected(flowOf(NET, 'flow L'));
    assert.deepEqual((await page.run(look)).cards.map(({rows}) => rows), expected.rows(6));
    for (let i = 0; i < 3; i++) {
        await page.click('#layer-back');
    }
    assert.deepEqual((await page.run(look)).cards.map(({rows}) => rows), expected.rows(3));
    // An update: other numbers, the same place among the steps.
    await prompt.type('backward L');
    await prompt.type('update 0.1');
    const after = new Expected(flowOf(`${NET}\nbackward L; update 0.1`, 'flow L')).rows(3);
    await until(page, wanted => document.querySelector('#cards').textContent.includes(wanted),
                after[1][0][2]);
    assert.deepEqual((await page.run(look)).cards.map(({rows}) => rows), after);
    assert.equal((await page.run(look)).count, '3 of 6');
    await prompt.type('reset');
    await until(page, () => document.getElementById('views').hidden);
    assert.equal(await isShown(page, 'layers'), false);
    assert.deepEqual(page.errors, []);
    await page.close();
    await prompt.close();
});

await browser.close();
rmSync(folder, {recursive: true});
finish();
