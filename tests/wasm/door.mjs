// The core as WebAssembly, for JavaScript: see src/web/wasm/door.c.
import fs from 'node:fs';

const MORE = 0, FAILED = 3;

export class Session {
    constructor(modulePath, seed = 1) {
        const module_ = new WebAssembly.Module(fs.readFileSync(modulePath));
        this.core = new WebAssembly.Instance(module_).exports;
        this.door = this.core.door_new(seed);
    }

    #words(channel) {
        const at = this.core.door_words(this.door, channel);
        const length = this.core.door_words_length(this.door, channel);
        return Buffer.from(new Uint8Array(this.core.memory.buffer, at, length));
    }

    // The first line of a stream of JSON.
    hello() {
        this.core.door_hello(this.door);
        return this.#words(0);
    }

    // Runs a text to its end; say(answers, trouble) is given the bytes of each statement's answer.
    // False if it ended in an error.
    run(name, text, say, { prompt = false, json = false } = {}) {
        const bytes = Buffer.concat([Buffer.from(name), text]);
        const at = this.core.door_area(this.door, bytes.length);
        if (at === 0) {
            throw new Error('there is no memory for this text');
        }
        new Uint8Array(this.core.memory.buffer, at, bytes.length).set(bytes);
        this.core.door_begin(this.door, bytes.length - text.length, text.length, prompt ? 1 : 0);
        for (;;) {
            const state = this.core.door_run(this.door, json ? 1 : 0);
            say(this.#words(0), this.#words(1));
            if (state !== MORE) {
                return state !== FAILED;
            }
        }
    }
}
