// Long work in the playground: it stays alive, and comes back.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, finish, test } from '../page/check.mjs';
import { answer, begin, close, drawn, folder, host, open, type, until } from './playground.mjs';

const browser = begin(), server = await host();
const busy = (page, yes) => until(page, wanted => document.body.dataset.busy === wanted,
                                  yes ? 'yes' : 'no');

// Types, and does not wait for the answer.
async function enter(page, text) {
    await page.run(() => document.getElementById('entry').focus());
    await page.ask('Input.insertText', {text});
    await page.press('Enter');
    await busy(page, true);
}

// The longest of several clicks until the page has heard it, in milliseconds.
const latency = page => page.run(async () => {
    let most = 0;
    for (let i = 0; i < 12; i++) {
        const from = performance.now();
        await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
        most = Math.max(most, performance.now() - from);
        await new Promise(resolve => setTimeout(resolve, 20));
    }
    return most;
});

const click = (page, id) => page.run(wanted => document.getElementById(wanted).click(), id);

await test('an endless loop leaves the page alive, and stops softly', async () => {
    const page = await open(browser, server.address);
    await type(page, 'a = 2; L = a*a');
    await enter(page, 'repeat 1000000000000 { q = 2*3 }');
    assert.ok(await latency(page) < 300);
    await until(page, () => !document.getElementById('working').hidden);
    const from = Date.now();
    await click(page, 'stop');
    await busy(page, false);
    assert.ok(Date.now() - from < 1500, `${Date.now() - from} ms`);
    assert.match(await answer(page), /interrupted/);
    await type(page, 'a + 1');
    assert.match(await answer(page), /3$/);
    await close(page);
});

await test('training shows its loss while it runs, and the loss curve afterwards', async () => {
    const page = await open(browser, server.address);
    await type(page, 'D = load_csv("line.csv"); x = D[:, 0]; y = D[:, 1]',
               'param w = 0; param b = 0', 'loss = mean((w*x + b - y)**2)');
    await enter(page, 'train loss 2000000 0.000001');
    await until(page, () => document.querySelector('#doing .spark') !== null);
    await click(page, 'stop');
    await busy(page, false);
    await type(page, 'train loss 200 0.01');
    assert.ok(await page.run(() => document.querySelectorAll('#entries .plot-curve').length > 0));
    await close(page);
});

await test('one statement that does not end is stopped hard, and the session comes back', async () => {
    const page = await open(browser, server.address);
    await type(page, 'a = 2; b = 3; L = a*b');
    await enter(page, `X = randn(700, 700); Y = X @ X`);
    await page.run(() => new Promise(resolve => setTimeout(resolve, 100)));
    assert.ok(await latency(page) < 300);
    const ended = await Promise.race([busy(page, false).then(() => true), until(page,
        () => !document.getElementById('hard').hidden).then(() => false)]);
    if (!ended) {
        await click(page, 'hard');
        await busy(page, false);
    }
    await until(page, () => document.body.dataset.busy === 'no');
    await type(page, 'L + 1');
    assert.match(await answer(page), /7$/);
    await close(page);
});

await test('memory that runs out is said, and the session lives', async () => {
    const page = await open(browser, server.address);
    await type(page, 'a = 2; L = a*a', 'X = randn(9000, 3000); s = sum(X*X)');
    assert.match(await answer(page), /memory|elements|large/);
    await type(page, 'L + 1');
    assert.match(await answer(page), /5$/);
    assert.deepEqual(page.errors, []);
    await close(page);
});

await test('a first gradient needs no more than the first module of the core', async () => {
    let arrive;
    const rest = new Promise(resolve => { arrive = resolve; });
    const slow = await host({'/rest.js': rest});
    const page = await open(browser, slow.address);
    await type(page, 'a = 2; b = -3; c = 10', 'e = a*b; d = e + c; f = -2', 'L = d*f', 'backward L');
    assert.match(await answer(page), /a\s+2\s+6\s+dL\/de \* b/);
    await type(page, 'print dL/da', 'L = ', 'help', 'x = [1, 2]', 'def g(t) = t*t', 'g(3)');
    assert.match(await answer(page), /9$/);
    // What needs more waits for it, and happens once.
    await enter(page, 'a = 4; check L; b = b + 1');
    await page.run(() => new Promise(resolve => setTimeout(resolve, 300)));
    assert.equal(await page.run(() => document.body.dataset.busy), 'yes');
    arrive(await readFile(join(folder, 'rest.js')));
    await busy(page, false);
    assert.match(await answer(page), /a\s+.*b = −2$/s);
    await drawn(page);
    assert.deepEqual(page.errors, []);
    await close(page);
    slow.close();
});

await test('a part that does not arrive is told, and the session stays', async () => {
    const rest = Promise.reject(new Error('the network is gone'));
    rest.catch(() => {});
    const poor = await host({'/rest.js': rest});
    const page = await open(browser, poor.address);
    await type(page, 'a = 2; L = a*a', 'check L');
    await until(page, () => /did not arrive/.test(document.getElementById('toast').textContent));
    await until(page, () => document.body.dataset.busy === 'no');
    await type(page, 'L + 1');
    assert.match(await answer(page), /5$/);
    await close(page);
    poor.close();
});

await test('a large graph is drawn folded', async () => {
    const page = await open(browser, server.address);
    const boxes = () => page.run(() => document.querySelectorAll('#picture .node').length);
    await type(page, 'a = 2; L = a', 'repeat 93: L = L*a + 1');
    await drawn(page);
    const before = await boxes();
    assert.ok(before >= 2 && before <= 60, `${before} boxes of 280 values`);
    await type(page, 'repeat 5000: L = L*a + 1');
    await until(page, n => document.querySelectorAll('#picture .node').length !== n, before);
    const after = await boxes();
    assert.ok(after >= 2 && after <= 60, `${after} boxes of 15,000 values`);
    assert.ok(await page.run(() => document.getElementById('note').hidden));
    await close(page);
});

await browser.close();
server.close();
finish();
