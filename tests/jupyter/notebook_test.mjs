// The kernel in a Jupyter Notebook in Chromium: what a person at a notebook does. $NOTEBOOK is the
// command that serves notebooks.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../page/browser.mjs';
import { assert, finish, test } from '../page/check.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-notebook-'));
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

function serve() {
    const server = spawn(process.env.NOTEBOOK ?? 'jupyter-notebook',
        ['--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${20000 + process.pid % 20000}`,
         '--NotebookApp.token=', '--NotebookApp.password=', `--notebook-dir=${folder}`],
        {stdio: ['ignore', 'ignore', 'pipe']});
    return new Promise((resolve, reject) => {
        let said = '';
        server.on('exit', () => reject(new Error(said)));
        server.stderr.setEncoding('utf8').on('data', text => {
            said += text;
            const address = said.match(/http:\/\/127\.0\.0\.1:\d+\//);
            if (address !== null) {
                resolve({server, address: address[0]});
            }
        });
    });
}

function write(name, cells) {
    const cell = source => ({cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source});
    writeFileSync(join(folder, name), JSON.stringify({
        nbformat: 4, nbformat_minor: 4, cells: cells.map(cell),
        metadata: {kernelspec: {name: 'backstep', display_name: 'backstep', language: 'backstep'}}}));
}

const { server, address } = await serve();
const browser = new Browser();

async function until(page, what, holds, ...given) {
    for (const begun = Date.now(); !await page.run(holds, ...given); await pause(50)) {
        if (Date.now() - begun > 30000) {
            throw new Error(`${what}: it did not come about`);
        }
    }
}

// Opens a notebook of these cells, its kernel ready.
async function open(name, cells) {
    write(name, cells);
    const page = await browser.open(`${address}notebooks/${name}`);
    await until(page, 'the kernel is ready', () =>
        window.Jupyter?.notebook?.kernel?.is_connected() === true &&
        !document.querySelector('#notification_kernel')?.innerText.includes('starting'));
    return page;
}

const runAll = async page => {
    await page.run(() => { Jupyter.notebook.execute_all_cells(); });
    await until(page, 'all cells ran', () =>
        !Jupyter.notebook.get_cells().some(cell => cell.element.find('.input_prompt').text().includes('*')));
};
const outputs = (page, i) =>
    page.run(n => Jupyter.notebook.get_cell(n).output_area.outputs, i);

await test('Run all: tables, pictures, prose and a player', async () => {
    const page = await open('walk.ipynb', ['a = 2; b = -3; L = a*b\nL', 'backward L', 'graph L',
        'derive tanh(x)', 'graph L walk.html', 'lesson two-paths', 'plot tanh(x)']);
    await runAll(page);
    await until(page, 'the picture is shown', () =>
        [...document.querySelectorAll('.output img, .output svg')].filter(i =>
            i.getBoundingClientRect().width > 50).length >= 2);
    assert.deepEqual((await outputs(page, 0)).map(o => o.output_type), ['stream', 'execute_result']);
    const rows = await page.run(() => [...document.querySelectorAll('.output .bs-backward tr')]
        .map(row => row.cells.length));
    assert.equal(rows.length, 4);
    assert.ok(rows.every(n => n === rows[0]));
    assert.notEqual(await page.run(() =>
        getComputedStyle(document.querySelector('.bs-grad')).color), 'rgb(0, 0, 0)');
    const frame = await page.run(() => {
        const {width, height} = document.querySelector('.output iframe').getBoundingClientRect();
        return {width, height, sandbox: document.querySelector('.output iframe').sandbox.value};
    });
    assert.equal(frame.sandbox, 'allow-scripts');
    assert.ok(frame.width > 600 && frame.height > 400);
    assert.ok(await page.run(() =>
        document.querySelector('.output_markdown')?.innerText.includes('two paths')));
    // The notebook's own page misses files that Debian leaves out; no script may fail.
    assert.deepEqual(page.errors.filter(e => /(Type|Reference|Range|Syntax)Error/.test(e)), []);
    if (process.env.SHOOT !== undefined) {
        await page.run(() => { document.querySelector('#header').style.display = 'none'; });
        await page.be({width: 1000, height: 3600});
        await pause(1000);
        await page.shoot(process.env.SHOOT);
    }
    await page.close();
});

await test('an error keeps the cells after it from running', async () => {
    const page = await open('error.ipynb', ['a = 2', 'a +* 2', 'b = 3\nb']);
    await runAll(page);
    await pause(300);
    assert.match(JSON.stringify(await outputs(page, 1)), /a power is written/);
    assert.deepEqual(await outputs(page, 2), []);
    await page.close();
});

await test('Tab completes, Shift-Tab explains', async () => {
    const page = await open('help.ipynb', ['alpha = 2', 'alp', 'alpha']);
    await page.run(() => { Jupyter.notebook.get_cell(0).execute(); });
    await until(page, 'it ran', () => Jupyter.notebook.get_cell(0).input_prompt_number === 1);
    const edit = i => page.run(n => {
        const cell = Jupyter.notebook.get_cell(n);
        Jupyter.notebook.select(n);
        Jupyter.notebook.edit_mode();
        cell.code_mirror.focus();
        cell.code_mirror.setCursor({line: 0, ch: cell.get_text().length});
    }, i);
    await edit(1);
    await page.press('Tab');
    await until(page, 'it is completed', () => Jupyter.notebook.get_cell(1).get_text() === 'alpha');
    await edit(2);
    await page.press('Tab', 8);
    await until(page, 'it is explained', () =>
        document.querySelector('#tooltip')?.innerText.includes('is a leaf') === true);
    await page.close();
});

await test('a guess is typed into a field, a training is interrupted', async () => {
    const page = await open('guess.ipynb', ['a = 3; L = a*a; predict on\nstep L',
        'param w = 1; E = (w - 3)**2\ntrain E 1000000000 0.0000001']);
    await page.run(() => { Jupyter.notebook.get_cell(0).execute(); });
    await until(page, 'it asks', () => document.querySelector('input.raw_input') !== null);
    await page.run(() => { document.querySelector('input.raw_input').value = '9'; });
    await page.click('input.raw_input');
    await page.press('Enter');
    await until(page, 'it is right', () =>
        document.querySelector('.output')?.innerText.includes('right') === true);
    await page.run(() => { Jupyter.notebook.get_cell(1).execute(); });
    await until(page, 'the bar moves', () => document.querySelector('.output progress')?.value > 0);
    await page.run(() => { Jupyter.notebook.kernel.interrupt(); });
    await until(page, 'it has stopped', () => document.querySelector('.output progress') === null &&
        document.querySelectorAll('.output')[1].innerText.includes('stopped after'));
    await page.close();
});

await browser.close();
server.kill('SIGINT');
server.kill('SIGTERM');
await new Promise(resolve => server.on('exit', resolve));
rmSync(folder, {recursive: true, force: true});
finish();
