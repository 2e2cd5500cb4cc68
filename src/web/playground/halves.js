// The core in two modules, as tools/split makes them. The first has the memory, the door and all that
// statements and a backward pass need; the rest comes while the page is already used. A call that
// needs the rest before it is there is undone as if it had never been made, and throws Missing: it can
// be made again once the rest is there.

// As many bytes of memory are copied for each call until the rest is there.
const MOST = 64 * 1024 * 1024;

export class Missing extends Error {
    constructor() {
        super('the rest of the core is not there yet');
    }
}

export class Halves {
    whole = false;
    core = {};  // the door's functions and its memory

    // first: the module, compiled
    constructor(first) {
        // What the first calls of the rest goes through a table, which holds these until the rest
        // puts its functions there.
        const placeholder = {};
        for (const {name} of WebAssembly.Module.imports(first)) {
            placeholder[name] = () => { throw new Missing(); };
        }
        this.exports = new WebAssembly.Instance(first, {placeholder}).exports;
        for (const [name, value] of Object.entries(this.exports)) {
            if (name.startsWith('door_')) {
                this.core[name] = (...given) => this.#call(value, given);
            }
        }
        this.core.memory = this.exports.memory;
    }

    // rest: the module, compiled
    complete(rest) {
        if (!this.whole) {
            new WebAssembly.Instance(rest, {primary: this.exports});
            this.whole = true;
        }
    }

    #call(f, given) {
        if (this.whole) {
            return f(...given);
        }
        const {memory, __stack_pointer: stack} = this.exports;
        if (memory.buffer.byteLength > MOST) {
            throw new Missing();
        }
        const kept = new Uint8Array(memory.buffer).slice(), height = stack.value;
        try {
            return f(...given);
        } catch (error) {
            if (error instanceof Missing) {
                const now = new Uint8Array(memory.buffer);
                now.set(kept);
                now.fill(0, kept.length);
                stack.value = height;
            }
            throw error;
        }
    }
}
