// Chromium, with an empty profile and no window, driven over a pipe by its DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol): nothing to install but Debian's chromium.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--hide-scrollbars', '--remote-debugging-pipe'];

const PATIENCE = 30000;  // milliseconds for an answer

export class Browser {
    #waiting = new Map();
    #pages = new Map();
    #asked = 0;
    #rest = '';

    constructor(program = process.env.CHROMIUM ?? 'chromium') {
        this.profile = mkdtempSync(join(tmpdir(), 'backstep-chromium-'));
        this.process = spawn(program, [...FLAGS, `--user-data-dir=${this.profile}`, 'about:blank'],
            {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true});
        this.process.on('error', error => this.#fail(error));
        this.process.on('exit', () => this.#fail(new Error('chromium has ended')));
        this.process.stdio[4].setEncoding('utf8').on('data', text => this.#read(text));
        this.process.stdio[3].on('error', () => {});
    }

    #fail(error) {
        this.#waiting.forEach(({reject}) => reject(error));
        this.#waiting.clear();
    }

    // Messages come as JSON, each ended by a 0.
    #read(text) {
        const messages = (this.#rest + text).split('\0');
        this.#rest = messages.pop();
        for (const message of messages.map(JSON.parse)) {
            const asked = this.#waiting.get(message.id);
            this.#waiting.delete(message.id);
            if (message.id === undefined) {
                this.#pages.get(message.sessionId)?.hear(message);
            } else if (message.error !== undefined) {
                asked?.reject(new Error(`${asked.method}: ${message.error.message}`));
            } else {
                asked?.resolve(message.result);
            }
        }
    }

    ask(method, params = {}, sessionId = undefined) {
        const id = ++this.#asked;
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`${method}: no answer`)), PATIENCE);
            this.#waiting.set(id, {method,
                resolve: result => { clearTimeout(late); resolve(result); },
                reject: error => { clearTimeout(late); reject(error); }});
            this.process.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
        });
    }

    // A new tab. The settings are as in Page.be.
    async open(url, settings = {}) {
        const {targetId} = await this.ask('Target.createTarget', {url: 'about:blank'});
        const {sessionId} = await this.ask('Target.attachToTarget', {targetId, flatten: true});
        const page = new Page(this, sessionId, targetId);
        this.#pages.set(sessionId, page);
        for (const domain of ['Page', 'Runtime', 'Network', 'Log', 'Accessibility']) {
            await page.ask(`${domain}.enable`);
        }
        await page.be(settings);
        await page.go(url);
        return page;
    }

    async close() {
        await this.ask('Browser.close').catch(() => {});
        if (this.process.exitCode === null) {
            const late = setTimeout(() => { process.kill(-this.process.pid, 'SIGKILL'); }, 5000);
            await new Promise(resolve => { this.process.on('exit', resolve); });
            clearTimeout(late);
        }
        rmSync(this.profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
    }
}

const KEYS = {f: ['KeyF', 70], 
    ' ': ['Space', 32], Enter: ['Enter', 13], Tab: ['Tab', 9], Escape: ['Escape', 27],
    ArrowLeft: ['ArrowLeft', 37], ArrowUp: ['ArrowUp', 38], ArrowRight: ['ArrowRight', 39],
    ArrowDown: ['ArrowDown', 40], Home: ['Home', 36], End: ['End', 35],
};

class Page {
    errors = [];    // what a script threw, or the console called an error
    requests = [];  // the address of everything fetched
    #loaded = null;

    constructor(browser, session, target) {
        Object.assign(this, {browser, session, target});
    }

    ask(method, params) {
        return this.browser.ask(method, params, this.session);
    }

    hear({method, params}) {
        if (method === 'Runtime.exceptionThrown') {
            const {exception, text} = params.exceptionDetails;
            this.errors.push(exception?.description ?? text);
        } else if (method === 'Runtime.consoleAPICalled' && params.type === 'error') {
            this.errors.push(params.args.map(arg => arg.value ?? arg.description).join(' '));
        } else if (method === 'Log.entryAdded' && params.entry.level === 'error') {
            this.errors.push(`${params.entry.text} ${params.entry.url ?? ''}`);
        } else if (method === 'Page.javascriptDialogOpening') {
            this.errors.push(`a dialog: ${params.message}`);
            this.ask('Page.handleJavaScriptDialog', {accept: false}).catch(() => {});
        } else if (method === 'Network.requestWillBeSent') {
            this.requests.push(params.request.url);
        } else if (method === 'Page.loadEventFired') {
            this.#loaded?.();
        }
    }

    // dark: the reader prefers dark; still: and no motion; paper: as it is printed
    async be({width = 1280, height = 800, dark = false, still = true, paper = false}) {
        await this.ask('Emulation.setDeviceMetricsOverride',
                       {width, height, deviceScaleFactor: 1, mobile: false});
        await this.ask('Emulation.setEmulatedMedia', {media: paper ? 'print' : 'screen', features: [
            {name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'},
            {name: 'prefers-reduced-motion', value: still ? 'reduce' : 'no-preference'}]});
    }

    async go(url) {
        const loaded = new Promise(resolve => { this.#loaded = resolve; });
        const {errorText} = await this.ask('Page.navigate', {url});
        if (errorText !== undefined) {
            throw new Error(`${url}: ${errorText}`);
        }
        await loaded;
    }

    // Runs a function in the page; what it is given and returns travels as JSON.
    async run(f, ...given) {
        const {result, exceptionDetails} = await this.ask('Runtime.evaluate', {
            expression: `(${f})(...${JSON.stringify(given)})`, awaitPromise: true,
            returnByValue: true});
        if (exceptionDetails !== undefined) {
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        }
        return result.value;
    }

    async press(key, modifiers = 0) {
        const [code, number] = KEYS[key];
        const event = {key, code, windowsVirtualKeyCode: number, modifiers};
        const text = {Enter: '\r', ' ': ' '}[key];
        await this.ask('Input.dispatchKeyEvent', {type: text ? 'keyDown' : 'rawKeyDown', text, ...event});
        await this.ask('Input.dispatchKeyEvent', {type: 'keyUp', ...event});
    }

    // The middle of the first element that the selector finds, scrolled into sight.
    middle(selector) {
        return this.run(wanted => {
            const element = document.querySelector(wanted);
            element.scrollIntoView({block: 'nearest'});
            const {x, y, width, height} = element.getBoundingClientRect();
            return {x: x + width / 2, y: y + height / 2};
        }, selector);
    }

    async hover(selector) {
        await this.ask('Input.dispatchMouseEvent',
                       {type: 'mouseMoved', ...await this.middle(selector)});
    }

    async click(selector) {
        const at = {...await this.middle(selector), button: 'left', clickCount: 1};
        await this.ask('Input.dispatchMouseEvent', {type: 'mousePressed', ...at});
        await this.ask('Input.dispatchMouseEvent', {type: 'mouseReleased', ...at});
    }

    async shoot(path, whole = false) {
        const {data} = await this.ask('Page.captureScreenshot',
                                      {format: 'png', captureBeyondViewport: whole});
        writeFileSync(path, Buffer.from(data, 'base64'));
    }

    async close() {
        await this.browser.ask('Target.closeTarget', {targetId: this.target});
    }
}
