// The prompt itself, at a terminal of its own (util-linux's script makes it), with an empty home.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const program = resolve(process.env.BACKSTEP ?? 'build/backstep');
const PATIENCE = 20000;  // milliseconds for an answer
const SIGN = '\u2207 ';  // what the prompt writes when it waits

// Those that run: one that has ended and was not asked for counts no more.
function childrenOf(parent) {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => {
        try {
            const [state, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
            return Number(ppid) === parent && state !== 'Z';
        } catch {
            return false;
        }
    });
}

export class Prompt {
    screen = '';
    #seen = 0;
    #waiting = null;

    constructor(variables = {}) {
        this.home = mkdtempSync(join(tmpdir(), 'backstep-home-'));
        const {DISPLAY, WAYLAND_DISPLAY, BROWSER, XDG_STATE_HOME, XDG_CONFIG_HOME, ...env} = process.env;
        this.process = spawn('script', ['-qfc', 'stty cols 4000; exec "$BACKSTEP_TRIED"', '/dev/null'],
            {env: {...env, HOME: this.home, BACKSTEP_TRIED: program, TERM: 'dumb', LC_ALL: 'C.UTF-8', ...variables},
             stdio: ['pipe', 'pipe', 'ignore']});
        this.ended = new Promise(done => this.process.on('exit', done));
        this.process.stdin.on('error', () => {});
        this.process.stdout.setEncoding('utf8').on('data', text => {
            this.screen += text;
            this.#waiting?.();
        });
    }

    // Waits until the screen shows this, after what was seen before; returns what lay between.
    async see(wanted) {
        const late = Date.now() + PATIENCE;
        for (;;) {
            const at = this.screen.indexOf(wanted, this.#seen);
            if (at >= 0) {
                const between = this.screen.slice(this.#seen, at);
                this.#seen = at + wanted.length;
                return between;
            }
            if (Date.now() > late) {
                throw new Error(`the prompt does not show “${wanted}”: ${this.screen.slice(-400)}`);
            }
            await new Promise(done => {
                this.#waiting = done;
                setTimeout(done, 100);
            });
        }
    }

    async begin() {
        await this.see(SIGN);
    }

    // Types a line; returns the answer, and in `milliseconds` how long it took.
    async type(line) {
        const typed = Date.now();
        this.process.stdin.write(`${line}\n`);
        await this.see(`${line}\r\n`);
        const answer = await this.see(SIGN);
        this.milliseconds = Date.now() - typed;
        return answer;
    }

    // Opens the page; returns its address.
    async view(command = 'view') {
        return (await this.type(command)).match(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//)?.[0];
    }

    // The process ids of the prompt, and of the programs that it has started; there is one prompt.
    get pid() {
        return childrenOf(this.process.pid)[0];
    }
    get helpers() {
        return childrenOf(this.pid);
    }

    async close() {
        this.process.stdin.end('\x04');
        const timer = setTimeout(() => this.process.kill('SIGKILL'), 3000);
        await this.ended;
        clearTimeout(timer);
        rmSync(this.home, {recursive: true, force: true});
    }
}
