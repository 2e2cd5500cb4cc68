// Links into the playground, and frames on other pages: opened whole or not at all, and without any
// effect on the visitor's things.
import { deflateRawSync } from 'node:zlib';
import { Browser } from '../page/browser.mjs';
import { assert, finish, test } from '../page/check.mjs';
import { answer, close, drawn, host, open, single, type, until } from './playground.mjs';
import { readFileSync } from 'node:fs';

const frame = `<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">
<title>a blog</title><p>Read on</p>
<iframe width="390" height="700" srcdoc="${readFileSync(new URL(single), 'utf8')
    .replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`;
// As in a frame that is sandboxed: it has no origin, and so no storage.
const server = await host({'/srcdoc': frame}, {'/backstep.html':
    {'content-security-policy': 'sandbox allow-scripts'}});
const browser = new Browser();

const packed = text => deflateRawSync(text).toString('base64url');
const typed = page => page.run(() => [...document.querySelectorAll('#entries .typed')].map(
    each => each.textContent));
const toast = page => page.run(() => document.getElementById('toast').textContent);
const stored = page => page.run(() => Object.keys(localStorage));

// Opens a link, and says what it downloaded.
async function visit(fragment) {
    const page = await open(browser, server.address + fragment);
    await until(page, () => document.body.dataset.busy === 'no');
    return page;
}

await test('a session goes through a link and back', async () => {
    const script = 'a = 2; b = -3\nL = tanh(a*b)*é\n'.replace('é', 'a');
    const page = await open(browser, server.address);
    await type(page, ...script.trimEnd().split('\n'), 'share');
    const link = await page.run(() => document.querySelector('.link').textContent);
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/#s=[\w-]+$/);
    await close(page);
    const other = await open(browser, link);
    await drawn(other);
    assert.match(await answer(other), /L = −1\.99998/);
    await type(other, 'share');
    assert.equal(await other.run(() => document.querySelector('.link').textContent), link);
    await close(other);
});

await test('a link to a lesson begins it, and its progress is kept', async () => {
    const page = await visit('#l=two-paths');
    await until(page, () => document.querySelector('.card') !== null);
    assert.equal(await page.run(() => document.getElementById('lesson-title').textContent),
                 'When two paths meet');
    await type(page, 'skip');
    assert.ok((await stored(page)).some(name => name.startsWith('backstep:answer:')));
    await close(page);
});

await test('a link does nothing but show', async () => {
    const before = 'a = 7';
    const page = await open(browser, server.address);
    await type(page, before);
    await page.close();
    const script = 'a = 2\nL = a*a\nsave x.bs\ngraph L x.png\nlesson slope\n';
    const other = await browser.open('about:blank');
    await other.ask('Page.addScriptToEvaluateOnNewDocument', {source: `globalThis.downloads = 0;
        HTMLAnchorElement.prototype.click = () => { globalThis.downloads++; };`});
    await other.go(`${server.address}#s=${packed(script)}`);
    await until(other, () => document.querySelector('.bs-error') !== null);
    assert.match(await answer(other), /a link cannot do that/);
    assert.equal(await other.run(() => globalThis.downloads), 0);
    assert.equal(await other.run(() => localStorage.getItem('backstep:session')), `${before}\n`);
    assert.deepEqual((await stored(other)).filter(name => /answer|place/.test(name)), []);
    await close(other);
});

for (const [what, fragment] of [
    ['bad base64', '#s=***'], ['bytes that are not packed', '#s=AAAA'],
    ['a text that is no UTF-8', `#s=${deflateRawSync(Buffer.from([0x61, 0xff, 0xfe])).toString('base64url')}`],
    ['too long a link', `#s=${'A'.repeat(20000)}`],
    ['11 MB of zeros', `#s=${packed(Buffer.alloc(11 << 20))}`], ['no lesson', '#l=<img src=x>']]) {
    await test(`refused: ${what}`, async () => {
        const page = await visit(fragment);
        assert.match(await toast(page), /^This link (cannot be opened|names no lesson)/);
        assert.deepEqual(await typed(page), []);
        assert.deepEqual(page.errors, []);
        await close(page);
    });
}

await test('an endless link ends', async () => {
    const begun = Date.now(), page = await visit(`#s=${packed('repeat 1000000000000 { a = 2*3 }\n')}`);
    await until(page, () => document.querySelector('.bs-error') !== null);
    assert.ok(Date.now() - begun < 15000);
    await close(page);
});

// Runs a function in the page of the frame.
async function inFrame(page, f) {
    const {frameTree} = await page.ask('Page.getFrameTree');
    const {executionContextId} = await page.ask('Page.createIsolatedWorld',
                                                {frameId: frameTree.childFrames[0].frame.id});
    const {result} = await page.ask('Runtime.evaluate', {expression: `(${f})()`,
        contextId: executionContextId, returnByValue: true});
    return result.value;
}

await test('in a frame of its own text', async () => {
    const page = await browser.open(`${server.address}srcdoc`);
    const end = Date.now() + 20000;
    let seen = {};
    while (seen?.busy !== 'no' && Date.now() < end) {
        seen = await inFrame(page, () => ({busy: document.body.dataset.busy,
            wide: document.documentElement.scrollWidth > innerWidth,
            keys: getComputedStyle(document.getElementById('keys')).display}));
    }
    assert.deepEqual(page.errors, []);
    assert.deepEqual(seen, {busy: 'no', wide: false, keys: 'flex'});
    await page.close();
});

await test('in a sandbox, where nothing can be kept', async () => {
    const page = await open(browser, `${server.address}backstep.html#n&s=S1SwVTDiAgA`,
                            {width: 390, height: 700});
    await until(page, () => document.body.dataset.busy === 'no');
    assert.deepEqual(await typed(page), ['a = 2']);
    assert.equal(await page.run(() => getComputedStyle(document.getElementById('top')).display), 'none');
    await type(page, 'lessons');
    await type(page, 'progress');
    assert.match(await answer(page), /Nothing is being kept/);
    assert.deepEqual(page.errors, []);
    await page.close();
});

await browser.close();
server.close();
finish();
