// The playground in a browser: opened from a static host, as files, or as the single file; typed at,
// and looked at.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { Browser } from '../page/browser.mjs';
import { Firefox } from '../page/firefox.mjs';

// Chromium, or Firefox where the environment names it.
export const begin = () => process.env.FIREFOX === undefined ? new Browser() : new Firefox();

export const folder = resolve(process.env.PLAYGROUND ?? 'build/playground');

const TYPES = {'.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css',
               '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json'};

// A host that knows nothing but files. pages: address → what is there instead, or a promise of it;
// headers: address → headers.
export async function host(pages = {}, headers = {}) {
    const server = createServer(async (request, response) => {
        const path = new URL(request.url, 'http://host').pathname;
        const name = path === '/' ? '/index.html' : path;
        try {
            const body = await (pages[path] ?? readFile(join(folder, name)));
            response.writeHead(200, {'content-type': TYPES[extname(name)] ?? 'text/html',
                                     ...headers[path]});
            response.end(body);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise(listening => server.listen(0, '127.0.0.1', listening));
    return {address: `http://127.0.0.1:${server.address().port}/`,
            close: () => { server.closeAllConnections(); server.close(); }};
}

export const file = `file://${folder}/index.html`, single = `file://${folder}/backstep.html`;

const sleep = time => new Promise(later => setTimeout(later, time));

// Waits until the function is true in the page.
export async function until(page, f, ...given) {
    const end = Date.now() + 20000;
    for (;;) {
        const value = await page.run(f, ...given);
        if (value) {
            return value;
        }
        if (Date.now() > end) {
            throw new Error(`never: ${f}`);
        }
        await sleep(20);
    }
}

// Remembers the page's workers, so that a test can speak to the core as the page does.
const WATCH = `globalThis.workers = [];
    globalThis.Worker = class extends Worker {
        constructor(...given) { super(...given); globalThis.workers.push(this); }
        postMessage(message) { this.isCore ||= message.do === 'open'; super.postMessage(message); }
    };`;

// A page that is ready for typing. settings: as in browser.mjs; watch: its workers are kept.
export async function open(browser, address, {watch = false, ...settings} = {}) {
    const page = await browser.open('about:blank', settings);
    if (watch) {
        await page.ask('Page.addScriptToEvaluateOnNewDocument', {source: WATCH});
    }
    await page.go(address);
    await until(page, () => document.body.dataset.ready === 'yes');
    return page;
}

// Is nothing typed that has not been answered?
const quiet = () => document.body.dataset.busy === 'no';

export async function type(page, ...texts) {
    for (const text of texts) {
        await page.run(() => document.getElementById('entry').focus());
        await page.ask('Input.insertText', {text});
        await page.press('Enter');
        await until(page, quiet);
    }
}

// The picture of the graph that was typed last is there.
export const drawn = page => until(page, () => document.body.dataset.busy === 'no' &&
    document.querySelector('#picture[aria-busy="false"] svg .node') !== null);

// Drops a file onto the page.
export const drop = (page, name, text) => page.run((name, text) => {
    const files = new DataTransfer();
    files.items.add(new File([text], name));
    document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: files, bubbles: true,
                                                       cancelable: true}));
}, name, text);

// The text of the last entry's answer, a line for each block or row.
export const answer = page => page.run(() => {
    const last = [...document.querySelectorAll('#entries > li')].at(-1);
    return last.innerText.trim();
});

// Leaves nothing in the browser's storage, which all files share.
export async function close(page) {
    await page.run(() => localStorage.clear());
    await page.close();
}
