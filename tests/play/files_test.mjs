// Files in the playground: what it gives is what the program writes, or as good; what is dropped is
// read; and progress goes to the terminal and back.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../page/browser.mjs';
import { assert, finish, test } from '../page/check.mjs';
import { backstep } from '../page/engine.mjs';
import {answer, close, drawn, drop, host, open, type, until} from './playground.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-play-'));
const browser = new Browser(), server = await host();

// Downloads end in a variable of the page instead of a folder.
const CATCH = `globalThis.given = {};
    HTMLAnchorElement.prototype.click = function () {
        const {download, href} = this;
        globalThis.given[download] = fetchless(href);
    };
    const blobs = new Map(), make = URL.createObjectURL;
    URL.createObjectURL = blob => { const at = make(blob); blobs.set(at, blob); return at; };
    const fetchless = async address => btoa(Array.from(new Uint8Array(
        await blobs.get(address).arrayBuffer()), byte => String.fromCharCode(byte)).join(''));`;

async function openCatching() {
    const page = await browser.open('about:blank');
    await page.ask('Page.addScriptToEvaluateOnNewDocument', {source: CATCH});
    await page.go(server.address);
    await until(page, () => document.body.dataset.ready === 'yes');
    return page;
}

const given = async (page, name) => Buffer.from(await until(
    page, wanted => globalThis.given[wanted], name), 'base64');

const GRAPH = 'a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f; backward L';

await test('pictures, programs and sessions are downloads', async () => {
    const page = await openCatching();
    await type(page, GRAPH, 'graph L x.dot', 'graph L x.svg', 'graph L x.png', 'graph L x.html',
               'graph L x.json', 'plot tanh(x) t.svg', 'plot tanh(x) t.png', 'save s.bs',
               'export torch net.py L');
    const native = (command, name) => {
        backstep(['-e', `${GRAPH}\n${command}`], {cwd: folder,
            env: {...process.env, BACKSTEP: undefined}});
        return readFileSync(join(folder, name), 'utf8');
    };
    assert.equal((await given(page, 'x.dot')).toString(), native('graph L x.dot', 'x.dot'));
    assert.equal((await given(page, 'x.json')).toString(), native('graph L x.json', 'x.json'));
    assert.equal((await given(page, 'net.py')).toString(), native('export torch net.py L', 'net.py'));
    assert.match((await given(page, 's.bs')).toString(), /\na = 2\nb = -3\n/);
    assert.match((await given(page, 'x.svg')).toString(), /<svg[^]*−2[^]*<\/svg>/);
    assert.match((await given(page, 't.svg')).toString(), /<path class="plot-curve/);
    for (const name of ['x.png', 't.png']) {
        const png = await given(page, name);
        assert.equal(png.subarray(1, 4).toString(), 'PNG');
        assert.ok(png.readUInt32BE(16) > 300, 'wide enough');
    }
    await playsAlone(await given(page, 'x.html'));
    await type(page, 'graph L x.pdf');
    assert.match(await answer(page), /this page writes no \.pdf; take \.svg/);
    assert.deepEqual(page.errors, []);
    await close(page);
});

// A folded graph's page has the pictures in which a box is open.
await test('a page of a folded graph opens its boxes as the program\'s does', async () => {
    const script = 'seed 1; X = randn(4, 3); param W = randn(3, 5); param w = randn(5); ' +
        'h = tanh(X @ W); u = h @ w; loss = mean(u**2)';
    const page = await openCatching();
    await type(page, script, 'graph loss x.html');
    backstep(['-e', `${script}\ngraph loss x.html`], {cwd: folder});
    const openings = text => [...text.matchAll(/"kind":"opening","of":"([^"]*)"/g)].map(match => match[1]);
    const theirs = openings(readFileSync(join(folder, 'x.html'), 'utf8'));
    assert.ok(theirs.length > 0);
    assert.deepEqual(openings((await given(page, 'x.html')).toString()), theirs);
    assert.deepEqual(page.errors, []);
    await close(page);
});

// The page that was downloaded plays, and its leaves can be dragged.
async function playsAlone(bytes) {
    const path = join(folder, 'x.html');
    writeFileSync(path, bytes);
    const page = await browser.open(`file://${path}`);
    assert.equal(await page.run(() => document.getElementById('count').value), '0 of 7');
    await page.press('End');
    assert.equal(await page.run(() => document.querySelectorAll('.node.leaf').length), 4);
    assert.deepEqual(page.errors, []);
    await page.close();
}

// The boxes are as wide as Debian's Graphviz makes them, or nearly.
await test('a picture has the proportions of the program\'s', async () => {
    const page = await openCatching();
    await type(page, GRAPH, 'graph L x.svg');
    backstep(['-e', `${GRAPH}\ngraph L x.svg`], {cwd: folder});
    const widths = svg => page.run(text => [...new DOMParser().parseFromString(text, 'image/svg+xml')
        .querySelectorAll('.node')].map(node => {
            const xs = [...node.querySelectorAll('polygon, path')].flatMap(shape =>
                (shape.getAttribute('points') ?? shape.getAttribute('d')).match(/-?[\d.]+(?=,)/g)
                    .map(Number));
            return [node.id, Math.max(...xs) - Math.min(...xs)];
        }).sort(), svg);
    const ours = await widths((await given(page, 'x.svg')).toString());
    const theirs = new Map(await widths(readFileSync(join(folder, 'x.svg'), 'utf8')));
    for (const [id, width] of ours) {
        const ratio = width / theirs.get(id);
        assert.ok(ratio > 0.9 && ratio < 1.12, `${id}: ${ratio.toFixed(3)}`);
    }
    await close(page);
});

await test('shipped and dropped data are read', async () => {
    const page = await open(browser, server.address);
    await type(page, 'D = load_csv("iris.csv")', 'len(D)');
    assert.match(await answer(page), /150/);
    await drop(page, 'my data.csv', 'x;y\n1,5;2\n3;4\n');
    await until(page, () => document.getElementById('entry').value.startsWith('D = load_csv('));
    await page.press('Enter');
    await type(page, 'D[0, 0] + D[1, 1]');
    assert.match(await answer(page), /5\.5$/);
    await type(page, 'load_csv("none.csv")');
    assert.match(await answer(page), /there is no file 'none\.csv' here; drop it onto the page/);
    await drop(page, 'session.bs', 'q = 5\nr = q*q\n');
    await until(page, () => document.querySelector('#title').textContent.startsWith('r ='));
    assert.deepEqual(page.errors, []);
    await close(page);
});

await test('progress goes to the terminal and back', async () => {
    const home = join(folder, 'home'), env = {...process.env, HOME: home};
    const terminal = lines => execFileSync(process.env.BACKSTEP, ['-e', lines],
                                           {encoding: 'utf8', env, cwd: folder});
    const page = await openCatching();
    await type(page, 'lesson two-paths', '2', '77', 'skip', 'quit', 'progress export p.txt');
    const text = (await given(page, 'p.txt')).toString();
    assert.match(text, /^backstep progress 1\n/);
    writeFileSync(join(folder, 'p.txt'), text);
    assert.match(terminal('progress import p.txt'), /3 answers|3 new|\b3\b/);
    assert.match(terminal('progress import p.txt'), /All of it was in your progress before/);
    // An answer that was given in the terminal comes back; what was there is not doubled.
    execFileSync(process.env.BACKSTEP, [], {env, cwd: folder, input: 'lesson slope\n1\nquit\n'});
    terminal('progress export back.txt');
    await drop(page, 'back.txt', readFileSync(join(folder, 'back.txt'), 'utf8'));
    await until(page, () => document.body.dataset.busy === 'no' &&
        /import back/.test(document.getElementById('entries').lastElementChild.textContent));
    const answers = () => page.run(() => Object.keys(localStorage).filter(
        name => name.startsWith('backstep:answer:')).length);
    const all = await answers();
    assert.ok(all >= 3, `${all}`);
    await type(page, 'progress import back.txt');
    assert.equal(await answers(), all);
    // Damaged and partial ones change nothing.
    const lines = text.split('\n');
    for (const bad of [text.replace('two-paths', 'two-paths '), lines.slice(0, 2).join('\n'),
                       lines.slice(0, -2).join('\n') + '\n', text.slice(0, -9)]) {
        await drop(page, 'bad.txt', bad);
        await until(page, () => document.body.dataset.busy === 'no' &&
            document.getElementById('entries').lastElementChild.querySelector('.bs-error') !== null);
        assert.equal(await answers(), all);
        await type(page, 'a = 1');
    }
    await close(page);
});

rmSync(folder, {recursive: true});
await browser.close();
server.close();
finish();
