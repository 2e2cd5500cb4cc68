// Leaves that are dragged, in exported pages: every value and gradient is then what the engine says of
// the graph with that value.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { backstep, records, writer } from './engine.mjs';
import { hard, shown } from './graphs.mjs';
import { assert, finish, test } from './check.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-leaf-'));
const browser = new Browser();

async function play({name, text, root}) {
    const path = join(folder, `${name}.html`);
    backstep(['-e', `${text}\ngraph ${root} ${path}`]);
    return browser.open(`file://${path}`);
}

const sceneOf = text => records(text).find(record => record.kind === 'scene');

// Drags the middle of a box so many pixels to the right.
async function drag(page, selector, right) {
    const at = await page.middle(selector);
    const mouse = (type, x, more) => page.ask('Input.dispatchMouseEvent', {type, x, y: at.y, ...more});
    await mouse('mousePressed', at.x, {button: 'left', clickCount: 1});
    for (let i = 1; i <= 8; i++) {
        await mouse('mouseMoved', at.x + right * i / 8, {button: 'left', buttons: 1});
    }
    await mouse('mouseReleased', at.x + right, {button: 'left', clickCount: 1});
}

// Value and gradient of each box, as the picture has them.
const seen = page => page.run(() => Object.fromEntries(
    [...document.querySelectorAll('#picture .node:not(.constant)')].map(node => {
        const all = [...node.querySelectorAll('text')].map(
            text => text.textContent.replaceAll('\u00a0', ' ').trim());
        return [node.id, [all[all.indexOf('value') + 1], all[all.lastIndexOf('grad') + 1]]];
    })));

const tried = page => page.run(() => document.querySelector('#try input').value);

for (const graph of [...shown, ...hard.filter(({name}) => ['long-numbers', 'partial-sums', 'arrays',
                                                           'scripts'].includes(name))]) {
    await test(`${graph.name}: a leaf is dragged, and all that depends on it moves`, async () => {
        const page = await play(graph);
        const leaves = await page.run(() => [...document.querySelectorAll('.node.leaf')].map(
            node => [node.id, node.querySelector('.name').textContent.trim()]));
        assert.ok(leaves.length > 0);
        for (const [id, name] of leaves.slice(0, 3)) {
            await drag(page, `#${id} .button`, 36);
            const value = await tried(page);
            const scene = sceneOf(`${graph.text}\n${name}.data = ${value}; forward ${graph.root}\n` +
                `zero; backward ${graph.root}\ngraph ${graph.root} ${join(folder, 'scene.json')} --full`);
            const boxes = scene.boxes.filter(box => box.kind !== 'constant');
            const write = writer(boxes.flatMap(box => [box.value, box.grad]), 4);
            assert.deepEqual(await seen(page), Object.fromEntries(boxes.map(
                box => [box.id, [write(box.value), write(box.grad)]])), `${name} = ${value}`);
            await page.run(() => document.querySelector('#try .buttons button').click());
        }
        assert.deepEqual(page.errors, []);
        await page.close();
    });
}

await test('a step, Escape and Put back end it', async () => {
    const page = await play(shown.find(({name}) => name === 'canonical'));
    const rest = await seen(page), trying = () => page.run(
        () => document.body.classList.contains('trying'));
    for (const end of [() => page.press('Escape'), () => page.press('ArrowRight'),
                       () => page.run(() => document.querySelector('#try .buttons button').click())]) {
        await page.press('Home');
        await drag(page, '#n1 .button', 40);
        assert.ok(await trying());
        assert.notDeepEqual(await seen(page), rest);
        await end();
        assert.ok(!await trying());
        await page.run(() => document.activeElement.blur());
    }
    await page.press('Home');
    assert.deepEqual(await seen(page), rest);
    // A click is not a drag.
    await page.click('#n1 .button');
    assert.ok(!await trying());
    await page.close();
});

await test('a folded picture offers none', async () => {
    const page = await play({name: 'folded', root: 'L', text:
        'def f(x) = tanh(x*x + 1)\na = 2; L = f(a)*f(a + 1)'});
    const folds = await page.run(() => document.querySelectorAll('.node.group').length);
    const leaves = await page.run(() => document.querySelectorAll('.node.leaf').length);
    assert.ok(folds === 0 || leaves === 0, `${folds} ${leaves}`);
    await page.close();
});

rmSync(folder, {recursive: true});
await browser.close();
finish();
