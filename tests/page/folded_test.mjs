// Folded pictures on pages: steps, boxes that are opened, leaves that are dragged; the page that
// follows a training; and the picture for a projector.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { backstep, records, writer } from './engine.mjs';
import { assert, finish, test } from './check.mjs';
import { Prompt } from '../live/prompt.mjs';
import { pause, until } from '../live/server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-folded-'));
const browser = new Browser();
const shots = process.env.SHOTS;

const attention = `X = [[1, 0], [0, 1], [1, 1]]; g = 0.5
param Wq = [[0.5, 0.1], [-0.2, 0.3]]; param Wk = [[0.4, -0.1], [0.2, 0.6]]
Q = X @ Wq; K = X @ Wk
S = Q @ K.T / sqrt(2)
A = softmax(S)
O = A @ X
c = g*g + 1
L = c*sum(O**2)`;
const calls = `def neuron(x, w, b) = tanh(w*x + b)
def layer(x, u, v) = neuron(x, u, 0.1) + neuron(x, v, -0.1)
x = 0.5; param u = 0.4; param v = -0.3
h = layer(x, u, v)
k = layer(h, v, u)
L = (k - 1)**2
fold layer`;
const moons = ['seed 1', 'M = moons(60); data X = M[:, 0:2]; data y = M[:, 2]',
               'param W1 = xavier(2, 16); param b1 = zeros(16)',
               'param W2 = xavier(16, 16); param b2 = zeros(16)',
               'param W3 = xavier(16, 1); param b3 = zeros(1)',
               'def score(X) = (tanh(tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3)[:, 0]',
               'h1 = tanh(X @ W1 + b1); h2 = tanh(h1 @ W2 + b2); s = (h2 @ W3 + b3)[:, 0]',
               'L = mean((s - y)**2)'];

async function play(name, text, settings) {
    const path = join(folder, `${name}.html`);
    backstep(['-e', `${text}\ngraph L ${path}`]);
    return browser.open(`file://${path}`, settings);
}

async function drag(page, selector, right) {
    const at = await page.middle(selector);
    const mouse = (type, x, more) => page.ask('Input.dispatchMouseEvent', {type, x, y: at.y, ...more});
    await mouse('mousePressed', at.x, {button: 'left', clickCount: 1});
    for (let i = 1; i <= 8; i++) {
        await mouse('mouseMoved', at.x + right * i / 8, {button: 'left', buttons: 1});
    }
    await mouse('mouseReleased', at.x + right, {button: 'left', clickCount: 1});
}

const click = async (page, selector) => {
    const {x, y} = await page.middle(selector);
    for (const type of ['mousePressed', 'mouseReleased']) {
        await page.ask('Input.dispatchMouseEvent', {type, x, y, button: 'left', clickCount: 1});
    }
};

// name → [value, gradient] of the table's rows.
const table = page => page.run(() => Object.fromEntries(
    [...document.querySelectorAll('#values tbody tr')].map(row => [
        row.querySelector('th').textContent,
        [...row.querySelectorAll('td')].slice(1).map(cell => cell.textContent)])));
const names = page => page.run(() => [...document.querySelectorAll('#picture .node .name.header')].map(
    text => text.textContent.replaceAll('\u00a0', ' ').trim()));
const nodeOf = (page, name) => page.run(wanted => [...document.querySelectorAll('.node')].find(
    node => [...node.querySelectorAll('text')].some(
        text => text.textContent.replaceAll('\u00a0', ' ').trim() === wanted)).id, name);
const count = page => page.run(() => document.getElementById('count').value);

// What the engine says of single values after both passes.
function engine(text, wanted) {
    const all = records(`${text}\nbackward L\nprint ${wanted.flatMap(name => [name, `${name}.grad`]).join(', ')}`);
    return all.findLast(record => record.kind === 'print').values;
}

await test('a large graph is played folded, and a box is one step', async () => {
    const page = await play('attention', attention);
    const boxes = await names(page);
    assert.ok(boxes.length >= 8 && boxes.length <= 24, boxes.join());
    ['Q', 'K', 'S', 'A', 'O', 'L'].forEach(name => assert.ok(boxes.includes(name), name));
    assert.equal((await table(page)).L[0], '·');
    assert.equal(await page.run(() => document.querySelector('#values tbody td').textContent), '6 inputs');
    await page.press('End');
    const all = await table(page), [L, , c, cGrad, g, gGrad] = engine(attention, ['L', 'c', 'g']);
    const write = writer([L, c, cGrad, g, gGrad], 6);
    assert.deepEqual(all.L, [write(L), '1']);
    assert.deepEqual(all.c, [write(c), write(cGrad)]);
    assert.deepEqual(all.g, [write(g), write(gGrad)]);
    assert.equal(all.A[0], '3×3');
    assert.match(await page.run(() => document.getElementById('story').textContent), /through /);
    const back = await page.run(() => document.querySelectorAll('.edge.sent').length);
    assert.ok(back > 10, String(back));
    await page.press('Home');
    await page.press('ArrowRight');
    assert.match(await page.run(() => document.getElementById('story').textContent), /Forward pass, step 1 of/);
    assert.deepEqual(page.errors, []);
    await page.close();
});

await test('a folded box opens at a click, in its place, and the walk stays where it is', async () => {
    const page = await play('calls', calls);
    const folded = await names(page);
    assert.deepEqual(folded, ['x', 'u', 'v', 'h', 'k', 'k − 1', 'L']);
    const id = await nodeOf(page, 'k');
    await page.press('ArrowRight');
    await click(page, `#${id} .button`);
    const opened = await names(page);
    assert.ok(opened.includes('h') && opened.includes('u·h'), opened.join());
    assert.ok(opened.length > folded.length, opened.join());
    assert.match(await count(page), /^1 of /);
    await page.press('End');
    const {L} = await table(page), [value] = engine(calls, ['L']);
    assert.deepEqual(L, [writer([value], 6)(value), '1']);
    // Another one of the same picture opens in its stead.
    await click(page, `#${await nodeOf(page, 'h')} .button`);
    assert.ok((await names(page)).includes('k'), (await names(page)).join());
    await page.run(() => document.getElementById('close').click());
    assert.deepEqual(await names(page), folded);
    assert.ok(await page.run(() => document.getElementById('close').hidden));
    await click(page, `#${id} .button`);
    await page.press('Escape');
    assert.deepEqual(await names(page), folded);
    assert.deepEqual(page.errors, []);
    await page.close();
});

await test('a leaf of a folded picture is dragged, and the boxes follow', async () => {
    for (const [name, text, leaf] of [['attention', attention, 'g'], ['calls', calls, 'u']]) {
        const page = await play(name, text);
        const before = await table(page);
        await drag(page, `#${await nodeOf(page, leaf)} .button`, 40);
        const value = Number(await page.run(() => document.querySelector('#try input').value));
        const after = await table(page);
        assert.notEqual(String(value), before[leaf][0]);
        const [L, , , grad] = engine(`${text}\n${leaf}.data = ${value}; forward L`, ['L', leaf]);
        const write = writer([L, value, grad], 6);
        assert.deepEqual(after.L, [write(L), '1'], name);
        assert.deepEqual(after[leaf], [write(value), write(grad)], name);
        await page.run(() => document.querySelector('#try .buttons button').click());
        assert.deepEqual(await table(page), before);
        assert.deepEqual(page.errors, []);
        await page.close();
    }
});

// ---- The page that follows a prompt -------------------------------------------------------------

async function follow(lines, settings = {width: 1280, height: 800}) {
    const prompt = new Prompt();
    await prompt.begin();
    const page = await browser.open(await prompt.view(), settings);
    for (const line of lines) {
        await prompt.type(line);
    }
    const at = `document.querySelectorAll('#log li').length >= ${lines.length}`;
    await until(() => page.run(words => eval(words), at));
    await until(() => page.run(() => document.getElementById('picture').ariaBusy !== 'true'));
    return {prompt, page, async end() {
        assert.deepEqual(page.errors, []);
        await page.close();
        await prompt.close();
    }};
}

await test('a network of thousands of values is shown folded', async () => {
    const live = await follow([...moons, 'backward L']), {page} = live;
    const boxes = await names(page);
    assert.ok(boxes.length <= 24, boxes.join());
    ['W1', 'h1', 'h2', 's', 'L'].forEach(name => assert.ok(boxes.includes(name), name));
    assert.equal(await page.run(() => document.getElementById('title').textContent), 'L = mean((s - y)**2)');
    assert.ok(await page.run(() => document.getElementById('note').hidden));
    await click(page, `#${await nodeOf(page, 'h1')} .button`);
    assert.match(await page.run(() => document.getElementById('about').textContent), /expand h1/);
    await live.end();
});

await test('a leaf is dragged on the page alone, from where the session has it', async () => {
    for (const text of [attention, 'g = 0.5; x = 3; L = g*x + g']) {
        const live = await follow([...text.split('\n'), 'backward L', 'g.data = 0.75; forward L']), {page, prompt} = live;
        const id = await nodeOf(page, 'g');
        await drag(page, `#${id} .button`, 40);
        const value = Number(await page.run(() => document.querySelector('#try input').value));
        assert.ok(value > 0.75 && value < 1, String(value));
        const [L, , , grad] = engine(`${text}\ng.data = ${value}; forward L`, ['L', 'g']);
        const shown = await table(page), write = writer([L, grad, value], 6);
        assert.deepEqual(shown.L, [write(L), '1']);
        assert.deepEqual(shown.g, [write(value), write(grad)]);
        assert.match(await prompt.type('print g'), /0\.75/);
        await live.end();
    }
});

await test('losses and boundary grow while a training goes on', async () => {
    const live = await follow([...moons, 'plot boundary score X y']), {page, prompt} = live;
    const told = () => page.run(() => ['losses', 'plane'].map(
        id => document.querySelector(`#${id} h3`)?.textContent ?? ''));
    await until(async () => /of 60 points in their class/.test((await told())[1]));
    const ended = prompt.type('train L 60000 0.02 adam'), seen = [];
    let over = false;
    ended.then(() => { over = true; });
    while (!over && seen.length < 400) {
        seen.push(await told());
        await pause(50);
    }
    await ended;
    const losses = new Set(seen.map(([words]) => words).filter(words => words !== ''));
    assert.ok(losses.size >= 4, `${losses.size} losses in ${seen.length} looks`);
    assert.ok([...losses].some(words => /^loss after \d+ of 60000 steps: /.test(words)));
    assert.ok(new Set(seen.map(([, words]) => words)).size >= 2, 'the plane did not change');
    await until(async () => /after 60000 of 60000/.test((await told())[0]));
    // A page that comes late sees all of it.
    const late = await browser.open(await prompt.view(), {});
    await until(() => late.run(() => /after 60000/.test(document.querySelector('#losses h3')?.textContent ?? '')));
    const points = await late.run(() => document.querySelector('#losses .curve-line').getAttribute('d').split(/[ML]/).length);
    assert.ok(points > 100 && points <= 401, String(points));
    await late.close();
    if (shots !== undefined) {
        await page.shoot(join(shots, 'training.png'), false);
    }
    await live.end();
});

await test('a line of 80 columns is not cut at 1280 x 800', async () => {
    const live = await follow([`print ${"'"}${'x'.repeat(60)}${"'"}`, 'a = 2', `# ${'y'.repeat(78)}`]), {page} = live;
    const sizes = await page.run(() => {
        const line = document.createElement('pre');
        line.textContent = '0'.repeat(80);
        document.querySelector('#log li').append(line);
        const all = [line, document.getElementById('log'), document.documentElement];
        return all.map(each => [each.scrollWidth, each.clientWidth]);
    });
    sizes.forEach(([wanted, has]) => assert.ok(wanted <= has, JSON.stringify(sizes)));
    await live.end();
});

await test('f is for a projector: the picture and one line, and back', async () => {
    const visible = page => page.run(() => ['header', 'footer', '#story', '#values'].filter(
        each => document.querySelector(each).getClientRects().length > 0));
    const look = page => page.run(() => {
        const {width, height} = document.getElementById('picture').getBoundingClientRect();
        const line = document.getElementById('line');
        return {width, height, words: line.textContent, size: getComputedStyle(line).fontSize};
    });
    const page = await play('projector', 'a = 2; b = -3; L = a*b + a', {width: 1280, height: 720});
    await page.press('ArrowRight');
    await page.press('f');
    assert.deepEqual(await visible(page), []);
    const seen = await look(page);
    assert.ok(seen.width === 1280 && seen.height > 600, JSON.stringify(seen));
    assert.equal(seen.size, '30px');
    assert.match(seen.words, /= −6$/);
    await page.press('ArrowRight');
    assert.match((await look(page)).words, /^L = /);
    await page.press('f');
    assert.equal((await visible(page)).length, 4);
    await page.press('f');
    await page.press('Escape');
    assert.equal((await visible(page)).length, 4);
    await page.close();
    const live = await follow(['a = 2; b = -3; L = a*b', 'step L']);
    await live.page.press('f');
    assert.deepEqual(await visible(live.page), []);
    assert.match((await look(live.page)).words, /= −6$/);
    await live.prompt.type('step');
    await until(async () => /seed/.test((await look(live.page)).words));
    await live.end();
});

await browser.close();
rmSync(folder, {recursive: true});
finish();
