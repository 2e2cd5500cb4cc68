// backstep-live by itself, fed by the test: what a prompt would send it, and whatever a stranger
// might. All is on 127.0.0.1, and ends with the test.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { dirname, join, resolve } from 'node:path';

const folder = dirname(resolve(process.env.BACKSTEP ?? 'build/backstep'));
export const render = join(folder, 'backstep-render');

export const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

// Waits until `is()` is true.
export async function until(is, what, patience = 20000) {
    for (const late = Date.now() + patience; !await is(); await pause(10)) {
        if (Date.now() > late) {
            throw new Error(`in ${patience} ms it did not come to this: ${what}`);
        }
    }
}

// Kilobytes of memory that a program holds; 0 for one under a sanitizer, which maps terabytes and
// gives nothing back.
export function memoryOf(pid) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = name => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))[1]);
    return kilobytes('VmSize') > 2 ** 30 ? 0 : kilobytes('VmRSS');
}

export class Server {
    constructor({port = 0, drawer = render, seconds = 5} = {}) {
        this.process = spawn(join(folder, 'backstep-live'), [port, drawer, seconds],
                             {stdio: ['pipe', 'pipe', 'ignore']});
        this.ended = new Promise(done => this.process.on('exit', done));
        this.process.stdin.on('error', () => {});
        this.said = new Promise(done => {
            let text = '';
            this.process.stdout.setEncoding('utf8').on('data', more => { text += more; })
                .on('end', () => done(text));
        });
    }

    async begin() {
        this.address = (await this.said).trim();
        const [, host, port, token] = this.address.match(/^http:\/\/(127\.0\.0\.1:(\d+))\/([0-9a-f]{32})\/$/);
        Object.assign(this, {host, port: Number(port), token});
        return this;
    }

    // One message, as src/host/picture/live.h has them.
    tell(kind, body, graph = 1) {
        const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
        return this.process.stdin.write(Buffer.concat([Buffer.from(`${kind} ${graph} ${bytes.length}\n`), bytes]));
    }

    async end() {
        this.process.stdin.end();
        return this.ended;
    }

    memory() {
        return memoryOf(this.process.pid);
    }

    connect() {
        return new Promise((done, fail) => {
            const socket = net.connect(this.port, '127.0.0.1', () => done(socket));
            socket.on('error', fail);
        });
    }

    // Sends these bytes; returns what comes back until the other end is closed, or 3 s went by.
    async raw(bytes) {
        const socket = await this.connect(), parts = [];
        socket.on('error', () => {});
        await new Promise(done => {
            const timer = setTimeout(done, 3000);
            socket.on('data', part => parts.push(part))
                .on('close', () => { clearTimeout(timer); done(); });
            socket.write(bytes);
        });
        socket.destroy();
        return Buffer.concat(parts).toString('latin1');
    }

    // The answer's status, 0 where there is none.
    async status(bytes) {
        return Number((await this.raw(bytes)).match(/^HTTP\/1\.1 (\d+)/)?.[1] ?? 0);
    }

    request({path = `/${this.token}/`, method = 'GET', host = this.host, more = []} = {}) {
        return [`${method} ${path} HTTP/1.1`, ...(host === null ? [] : [`Host: ${host}`]), ...more, '', '']
            .join('\r\n');
    }

    // A page that follows. It asks again while there are too many, as those who left a moment ago may
    // still be counted.
    async follow() {
        let page;
        await until(async () => {
            const socket = await this.connect();
            socket.write(this.request({path: `/${this.token}/events`}));
            page = new Follower(socket);
            await until(() => page.head !== undefined || page.closed, 'an answer');
            return page.head?.includes(' 200 ') || page.close();
        }, 'a page is let in');
        return page;
    }
}

// One that reads events.
export class Follower {
    events = [];
    closed = false;
    #bytes = Buffer.alloc(0);
    #text = '';

    constructor(socket) {
        this.socket = socket;
        socket.on('data', bytes => this.#read(bytes)).on('error', () => {})
            .on('close', () => { this.closed = true; });
    }

    #take(n) {
        const taken = this.#bytes.subarray(0, n).toString('utf8');
        this.#bytes = this.#bytes.subarray(n);
        return taken;
    }

    // The head, then chunks, each with its length in front; an event may lie across several.
    #read(bytes) {
        this.#bytes = Buffer.concat([this.#bytes, bytes]);
        if (this.head === undefined && this.#bytes.includes('\r\n\r\n')) {
            this.head = this.#take(this.#bytes.indexOf('\r\n\r\n') + 4);
        }
        while (this.head?.includes('chunked') && this.#bytes.includes('\r\n')) {
            const start = this.#bytes.indexOf('\r\n') + 2;
            const length = parseInt(this.#bytes.subarray(0, start).toString('latin1'), 16);
            if (this.#bytes.length < start + length + 2) {
                break;
            }
            this.#take(start);
            this.#text += this.#take(length);
            this.#take(2);
        }
        const parts = this.#text.split('\n\n');
        this.#text = parts.pop();
        for (const part of parts) {
            const [, event, data] = part.match(/^event: (\w+)\ndata: (.*)$/s) ?? [null, '', part];
            this.events.push({event, data, at: Date.now()});
        }
    }

    last(event) {
        const found = this.events.findLast(each => each.event === event);
        return found === undefined ? undefined : JSON.parse(found.data);
    }

    close() {
        this.socket.destroy();
    }
}
