// Firefox, with an empty profile and no window, driven by WebDriver BiDi
// (https://w3c.github.io/webdriver-bidi): what tests/play/ needs of browser.mjs, by the same names.
// Needs Debian's firefox-esr, and a node with WebSocket (22, or 20 with --experimental-websocket).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE = 60000;  // milliseconds for an answer, and to start
const KEYS = {Enter: '\uE007', Tab: '\uE004', Escape: '\uE00C', ArrowLeft: '\uE012', ArrowUp: '\uE013',
              ArrowRight: '\uE014', ArrowDown: '\uE015', Home: '\uE011', End: '\uE010'};

export class Firefox {
    #waiting = new Map();
    #pages = new Map();
    #asked = 0;
    #begun = null;

    constructor(program = process.env.FIREFOX ?? 'firefox-esr') {
        this.profile = mkdtempSync(join(tmpdir(), 'backstep-firefox-'));
        this.process = spawn(program, ['--headless', '--no-remote', '--profile', this.profile,
            '--remote-debugging-port', '0', 'about:blank'], {stdio: ['ignore', 'ignore', 'pipe']});
        this.#begun = this.#begin();
    }

    // Firefox says on standard error where it listens.
    #address() {
        return new Promise((resolve, reject) => {
            let said = '';
            const late = setTimeout(() => reject(new Error(`Firefox does not start: ${said}`)), PATIENCE);
            this.process.on('error', reject);
            this.process.stderr.setEncoding('utf8').on('data', text => {
                said += text;
                const [, address] = said.match(/WebDriver BiDi listening on (ws:\S+)/) ?? [];
                if (address !== undefined) {
                    clearTimeout(late);
                    resolve(address);
                }
            });
        });
    }

    async #begin() {
        this.socket = new WebSocket(`${await this.#address()}/session`);
        await new Promise((resolve, reject) => {
            this.socket.onopen = resolve;
            this.socket.onerror = () => reject(new Error('Firefox does not listen'));
        });
        this.socket.onmessage = ({data}) => this.#hear(JSON.parse(data));
        await this.#send('session.new', {capabilities: {}});
        await this.#send('session.subscribe', {events: ['log.entryAdded']});
    }

    #hear({id, type, method, params, result, error, message}) {
        const asked = this.#waiting.get(id);
        this.#waiting.delete(id);
        if (method === 'log.entryAdded' && params.level === 'error') {
            this.#pages.get(params.source.context)?.errors.push(params.text);
        } else if (type === 'error') {
            asked?.reject(new Error(`${asked.method}: ${error}: ${message}`));
        } else {
            asked?.resolve(result);
        }
    }

    #send(method, params) {
        const id = ++this.#asked;
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`${method}: no answer`)), PATIENCE);
            this.#waiting.set(id, {method,
                resolve: value => { clearTimeout(late); resolve(value); },
                reject: trouble => { clearTimeout(late); reject(trouble); }});
            this.socket.send(JSON.stringify({id, method, params}));
        });
    }

    async ask(method, params) {
        await this.#begun;
        return this.#send(method, params);
    }

    async open(url, {width = 1280, height = 800} = {}) {
        const {context} = await this.ask('browsingContext.create', {type: 'tab'});
        const page = new Page(this, context);
        this.#pages.set(context, page);
        await this.ask('browsingContext.setViewport', {context, viewport: {width, height}});
        await page.go(url);
        return page;
    }

    async close() {
        const ended = new Promise(resolve => { this.process.on('exit', resolve); });
        await this.ask('browser.close', {});
        await ended;
        rmSync(this.profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
    }
}

class Page {
    errors = [];  // what a script threw, or the console called an error

    constructor(browser, context) {
        Object.assign(this, {browser, context});
    }

    // Two of Chromium's own requests.
    async ask(method, {text, source}) {
        const {browser, context} = this;
        if (method === 'Input.insertText') {
            await this.#keys([...text]);
        } else if (method === 'Page.addScriptToEvaluateOnNewDocument') {
            await browser.ask('script.addPreloadScript',
                              {functionDeclaration: `() => { ${source} }`, contexts: [context]});
        } else {
            throw new Error(`${method} is Chromium's alone`);
        }
    }

    #keys(values) {
        const actions = values.flatMap(value => [{type: 'keyDown', value}, {type: 'keyUp', value}]);
        return this.browser.ask('input.performActions', {context: this.context,
            actions: [{type: 'key', id: 'keys', actions}]});
    }

    press(key) {
        return this.#keys([KEYS[key] ?? key]);
    }

    go(url) {
        return this.browser.ask('browsingContext.navigate',
                                {context: this.context, url, wait: 'complete'});
    }

    // Runs a function in the page; what it is given and returns travels as JSON.
    async run(f, ...given) {
        const {result, exceptionDetails} = await this.browser.ask('script.evaluate', {
            expression: `(async () => JSON.stringify(await (${f})(...${JSON.stringify(given)})))()`,
            target: {context: this.context}, awaitPromise: true});
        if (exceptionDetails !== undefined) {
            throw new Error(exceptionDetails.text);
        }
        return result.value === undefined ? undefined : JSON.parse(result.value);
    }

    async shoot(path) {
        const {data} = await this.browser.ask('browsingContext.captureScreenshot',
                                              {context: this.context});
        writeFileSync(path, Buffer.from(data, 'base64'));
    }

    async close() {
        await this.browser.ask('browsingContext.close', {context: this.context});
    }
}
