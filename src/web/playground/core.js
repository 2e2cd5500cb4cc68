// The page's side of the core's worker (worker.js): what is typed goes there, what is answered comes
// back, and a worker that no longer listens is replaced by a new one that replays the session.

// The worker's source; tools/playground puts it here.
/* global WORKER */

export class Core {
    #worker = null;
    #address = null;
    #jobs = new Map();
    #count = 0;
    #opened = null;

    // first, and what rest() brings: the core's two modules, packed until a worker has compiled them.
    // heed has answers(job, answers), ask(question) → reply, present(now), broken(message, missing).
    constructor(first, rest, heed) {
        this.first = first;
        this.rest = rest;
        this.heed = heed;
        this.columns = 80;
        this.script = '';
    }

    // A new session, in a new worker. Resolves when it is there; the rest of the core comes later.
    open() {
        this.#address ??= URL.createObjectURL(
            new Blob([WORKER], {type: 'text/javascript'}));
        this.#worker = new Worker(this.#address);
        this.#worker.onmessage = ({data}) => this.#hear(data);
        this.#worker.onerror = event => this.#break(event.message);
        return new Promise((resolve, reject) => {
            this.#opened = {resolve, reject};
            this.#send({do: 'open', first: this.first, seed: crypto.getRandomValues(new Uint32Array(1))[0],
                        columns: this.columns, rows: 0});
            this.#send({do: 'clock', minutes: new Date().getTimezoneOffset()});
        });
    }

    #send(message) {
        this.#worker.postMessage(message);
    }

    async #bringRest() {
        const worker = this.#worker;
        try {
            worker.postMessage({do: 'rest', rest: await this.rest()});
        } catch (error) {
            worker.postMessage({do: 'rest', trouble: error.message});
        }
    }

    #break(message, missing = false) {
        this.#opened?.reject(new Error(message));
        this.#opened = null;
        this.heed.broken(message, missing);
        this.#dropAll('broken');
    }

    #dropAll(state) {
        for (const {resolve} of this.#jobs.values()) {
            resolve({state});
        }
        this.#jobs.clear();
    }

    async #hear(message) {
        const {tell} = message, job = this.#jobs.get(message.job);
        if (tell === 'ready') {
            this.first = message.first;
            this.#opened.resolve();
            this.#opened = null;
            this.#bringRest();
        } else if (tell === 'whole') {
            this.rest = async () => message.rest;
        } else if (tell === 'rest') {
            this.#bringRest();
        } else if (tell === 'answers') {
            job?.answers(message.answers);
        } else if (tell === 'end') {
            this.script = message.script ?? this.script;
            this.#jobs.delete(message.job);
            job?.resolve(message);
        } else if (tell === 'ask') {
            const worker = this.#worker;
            const reply = await this.heed.ask(message);
            worker.postMessage({do: 'reply', ask: message.ask, ...reply});
        } else if (tell === 'present') {
            this.heed.present(message);
        } else if (tell === 'broken') {
            this.#break(message.message, message.missing);
        }
    }

    #job(job, answers = () => {}) {
        const number = ++this.#count;
        return new Promise(resolve => {
            this.#jobs.set(number, {resolve, answers});
            this.#send({...job, job: number});
        });
    }

    get busy() {
        return this.#jobs.size > 0;
    }

    // Runs what was typed; answers(list) is called as often as there are some. Resolves to {state,
    // place, script}. settings: as in worker.js.
    run(text, answers, settings = {}) {
        return this.#job({do: 'run', text, ...settings}, answers);
    }

    // {scene, trace, dot, openings} of what is shown, or null.
    async trace() {
        return (await this.#job({do: 'trace'})).found ?? null;
    }

    // {items, from, to}: what may be in the place of that part of the text.
    complete(text, cursor) {
        return this.#job({do: 'complete', text, cursor});
    }

    stop() {
        this.#send({do: 'stop'});
    }

    // Ends the worker, whatever it does. The session comes back as it was after its last entry;
    // resolves when it has.
    async stopHard() {
        this.#worker.terminate();
        this.#dropAll('ended');
        const script = this.script;
        await this.open();
        return script === '' ? null : this.run(script, () => {}, {script: true});
    }

    terminal(columns) {
        if (columns !== this.columns) {
            this.columns = columns;
            this.#worker?.postMessage({do: 'terminal', columns, rows: 0});
        }
    }
}
