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

await browser.close();
server.close();
finish();
