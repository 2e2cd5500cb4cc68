// The core as WebAssembly, for JavaScript: see src/web/wasm/door.h.
import fs from 'node:fs';

export const MORE = 0, DONE = 1, NEED = 2, FAILED = 3, QUIT = 4;
export const WORDS = 0, JSON_LINES = 1, BOTH = 2, HTML = 3;

// The playground's core in two modules is used as its page uses it.
const halves = fs.readFileSync(new URL('../../src/web/playground/halves.js', import.meta.url));
const { Halves, Missing } = await import(`data:text/javascript;base64,${halves.toString('base64')}`);

const modules = new Map();

function compile(path) {
    if (!modules.has(path)) {
        modules.set(path, new WebAssembly.Module(fs.readFileSync(path)));
    }
    return modules.get(path);
}

// A module's functions. Of first.wasm each is called without rest.wasm until one needs that; `complete`
// does not wait for it.
function open(path) {
    if (!path.endsWith('first.wasm')) {
        return new WebAssembly.Instance(compile(path)).exports;
    }
    const both = new Halves(compile(path)), functions = Object.entries(both.core);
    const complete = () => both.complete(compile(path.replace(/first\.wasm$/, 'rest.wasm')));
    const patient = (f) => (...given) => {
        try {
            return f(...given);
        } catch (error) {
            if (!(error instanceof Missing)) {
                throw error;
            }
            complete();
            return f(...given);
        }
    };
    return Object.fromEntries([['complete', complete], ...functions.map(([name, value]) =>
        [name, typeof value === 'function' ? patient(value) : value])]);
}

export class Session {
    // modulePath: core.wasm, or the playground's first.wasm with rest.wasm beside it. answer(session, need) is asked to answer a need by supply or refuse; without it all are
    // refused by the door itself.
    constructor(modulePath, seed = 1, answer = null) {
        this.core = open(modulePath);
        this.door = this.core.door_new(seed);
        this.answer = answer;
    }

    words(channel = 0) {
        const at = this.core.door_words(this.door, channel);
        const length = this.core.door_words_length(this.door, channel);
        return Buffer.from(new Uint8Array(this.core.memory.buffer, at, length));
    }

    // Puts texts into the area, one behind the other; their lengths.
    put(...texts) {
        const parts = texts.map((t) => Buffer.from(t));
        const bytes = Buffer.concat(parts);
        const at = this.core.door_area(this.door, bytes.length);
        if (at === 0) {
            throw new Error('there is no memory for this text');
        }
        new Uint8Array(this.core.memory.buffer, at, bytes.length).set(bytes);
        return parts.map((p) => p.length);
    }

    // The first line of a stream of JSON.
    hello() {
        this.core.door_hello(this.door);
        return this.words();
    }

    begin(name, text, prompt) {
        this.core.door_begin(this.door, ...this.put(name, text), prompt ? 1 : 0);
    }

    supply(bytes) {
        this.core.door_supply(this.door, ...this.put(bytes));
    }

    refuse(message, hint = '') {
        this.core.door_refuse(this.door, ...this.put(message, hint));
    }

    // A scene of the last answer as DOT; null if there is none, or it is too large.
    dot(scene = -1) {
        return this.core.door_dot(this.door, scene) === 1 ? this.words().toString() : null;
    }

    // Runs a text to its end; say(answers, trouble) is given the bytes of each statement's answer.
    // False if it ended in an error.
    run(name, text, say, { prompt = false, json = false } = {}) {
        this.begin(name, text, prompt);
        for (;;) {
            const state = this.core.door_run(this.door, json ? JSON_LINES : WORDS);
            say(this.words(0), this.words(1));
            if (state !== MORE && state !== NEED) {
                return state !== FAILED;
            }
        }
    }

    // Types an entry at the prompt: every record, and the state it ended in. Needs are answered.
    type(text, form = JSON_LINES) {
        const said = [];
        this.begin('', text, true);
        for (;;) {
            const state = this.core.door_run(this.door, form);
            const lines = this.words().toString().split('\n').slice(0, -1);
            const records = lines.map((line) => JSON.parse(line));
            said.push(...records);
            if (state !== MORE && state !== NEED) {
                return { state, said };
            }
            if (state === NEED && this.answer !== null) {
                const need = records[records.length - 1];
                this.answer(this, form === JSON_LINES ? need : need.record);
            }
        }
    }
}
