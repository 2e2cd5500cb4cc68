// The playground's page: from a host, from files, and as one file.
import { assert, finish, test } from '../page/check.mjs';
import { walk, writer } from '../page/engine.mjs';
import { answer, begin, close, drawn, file, host, open, single, type, until } from './playground.mjs';

const browser = begin(), server = await host();
const places = {host: server.address, files: file, 'one file': single};

const GRAPH = ['a = 2; b = -3; c = 10', 'e = a*b; d = e + c; f = -2', 'L = d*f'];

// Values and gradients as the table beside the picture has them.
const table = page => page.run(() => [...document.querySelectorAll('#values tbody tr')].map(
    row => [row.querySelector('th'), ...row.querySelectorAll('td.number')].map(
        cell => cell.textContent)));

for (const [where, address] of Object.entries(places)) {
    await test(`${where}: a first graph, and both passes stepped through`, async () => {
        const page = await open(browser, address);
        await type(page, ...GRAPH);
        assert.equal(await answer(page), 'L = d*f\nL = −8');
        await drawn(page);
        assert.deepEqual((await table(page)).at(-1), ['L', '−8', '·']);
        await type(page, 'backward L');
        await until(page, () => document.querySelector('#values tbody tr td:last-child')
            .textContent === '6');
        assert.match(await answer(page), /a\s+2\s+6\s+dL\/de \* b/);
        await stepThrough(page);
        assert.deepEqual(page.errors, []);
        await close(page);
    });
}

// The numbers of each step are the engine's own.
async function stepThrough(page) {
    const steps = walk(`${GRAPH.join('\n')}\nzero`, 'L');
    const write = writer(steps.flatMap(step => [step.after, ...(step.shares ?? []).flatMap(
        share => [share.local, share.share, share.now])]), 6);
    await page.run(() => document.getElementById('step').click());
    await until(page, () => document.getElementById('count').value === '1 of 7');
    for (let k = 1; k <= steps.length; k++) {
        const step = steps[k - 1];
        await until(page, k => document.getElementById('count').value === `${k} of 7`, k);
        const {numbers, now} = await page.run(() => ({
            numbers: [...document.querySelectorAll('#story .strong')].map(each => each.textContent),
            now: document.querySelector('#picture .node.now').getAttribute('id')}));
        const wanted = step.step === 'backward'
            ? [step.upstream, ...step.shares.map(share => share.now)] : [step.after];
        assert.deepEqual(numbers, wanted.map(write), `step ${k}`);
        assert.equal(now, `n${step.node + 1}`);
        await page.run(() => document.getElementById('step').click());
    }
    await page.run(() => document.getElementById('now').click());
    await until(page, () => document.getElementById('now').hidden &&
        document.querySelector('#picture svg .node') !== null);
}

const NETWORK = ['seed 1; X = randn(4, 3); y = randn(4)',
    'param W = randn(3, 5); param b = zeros(5); param w = randn(5)',
    'h = tanh(X @ W + b); u = h @ w', 'loss = mean((u - y)**2)', 'backward loss'];
const boxes = page => page.run(() => document.querySelectorAll('#picture .node').length);
const clickOn = (page, name) => page.run(wanted => [...document.querySelectorAll('#picture .node')]
    .find(node => node.querySelector('.name').textContent.trim() === wanted)
    .querySelector('[role=button]').dispatchEvent(new MouseEvent('click', {bubbles: true})), name);

await test('a click opens a folded box, in the session and in the walk, or tells about it', async () => {
    const page = await open(browser, server.address);
    await type(page, ...NETWORK);
    await drawn(page);
    const folded = await boxes(page);
    await clickOn(page, 'u');
    await until(page, () => !document.getElementById('close').hidden);
    assert.ok(await boxes(page) > folded);
    assert.match(await page.run(() => document.getElementById('title').textContent), /step by step$/);
    await page.run(() => document.getElementById('close').click());
    await until(page, n => document.querySelectorAll('#picture .node').length === n, folded);
    await clickOn(page, 'u');
    await until(page, n => document.querySelectorAll('#picture .node').length > n, folded);
    await page.run(() => document.getElementById('now').click());
    await until(page, n => document.getElementById('close').hidden &&
        document.querySelectorAll('#picture .node').length === n, folded);
    // A leaf is no box to be opened.
    await clickOn(page, 'X');
    await until(page, () => /^X, 4×3/.test(document.getElementById('about').textContent));
    assert.ok(await page.run(() => document.getElementById('now').hidden));
    assert.deepEqual(page.errors, []);
    await close(page);
});

// The picture has not changed for three tenths of a second: a key is not lost while it is drawn again.
async function still(page) {
    const length = () => page.run(() => document.getElementById('picture').innerHTML.length);
    for (let was = -1, same = 0; same < 3; ) {
        const now = await length();
        same = now === was ? same + 1 : 0;
        was = now;
        await new Promise((done) => { setTimeout(done, 100); });
    }
}

await test('for a projector: the picture and one line, by f or a button, and steps', async () => {
    const page = await open(browser, server.address);
    await type(page, ...GRAPH);
    await drawn(page);
    await page.run(() => document.getElementById('large').click());
    const shown = () => page.run(() => {
        const {width, height} = document.getElementById('picture').getBoundingClientRect();
        return {wide: width === innerWidth, high: height > innerHeight * 0.8,
                prompt: document.getElementById('bar').checkVisibility(),
                line: document.getElementById('line').textContent};
    });
    assert.deepEqual(await shown(), {wide: true, high: true, prompt: false, line: 'L = −8'});
    await still(page);
    await page.press('ArrowRight');
    await until(page, () => /e = −6|−6/.test(document.getElementById('line').textContent));
    await page.press('Escape');
    assert.equal((await shown()).prompt, true);
    await page.run(() => document.getElementById('picture').focus());
    await page.press('f');
    assert.equal((await shown()).prompt, false);
    await page.press('f');
    assert.equal((await shown()).prompt, true);
    // At the prompt it is a letter.
    await type(page, 'f = 3');
    assert.equal((await shown()).prompt, true);
    assert.deepEqual(page.errors, []);
    await close(page);
});

await browser.close();
server.close();
finish();
