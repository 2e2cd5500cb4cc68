// The core, off the page's own thread: a worker made from a Blob. One job after the other; what runs
// long is cut into slices, and between two of them messages are heard, so that Stop is heeded.
//
// From the page:
//   {do: "open", first, seed, columns, rows}          first: the core's first module, packed or compiled
//   {do: "rest", rest | trouble}                      its other module, likewise; or why it is not there
//   {do: "run", job, text, refuse, patience, script}  refuse: kinds of needs that are not to be asked;
//                                                     patience: milliseconds it may take
//   {do: "trace", job}                                the walk over both passes, for the player
//   {do: "complete", job, text, cursor}
//   {do: "key", job}                                  the right answer, for tests
//   {do: "stop"}                                      what runs, and what waits
//   {do: "terminal", columns, rows}
//   {do: "reply", ask, bytes | refusal: {message, hint}}
//   {do: "clock", minutes}                            the learner's clock: minutes behind UTC
// To the page:
//   {tell: "ready", first}, {tell: "whole", rest}     the modules, compiled
//   {tell: "rest"}                                    it is needed now
//   {tell: "broken", message, missing}                missing: for want of the rest
//   {tell: "answers", job, answers}                   {record, words, html} each; a scene's with `dot`
//   {tell: "ask", ask, need, records, dot, openings}  to be replied to; records: what is to be drawn;
//                                                     openings: of a page, [{of, scene, dot}];
//                                                     or with `course`, see course.js
//   {tell: "end", job, state, …}                      the job's result
//   {tell: "present", present, scene, whole, dot}     after the last job that waited

import { Door } from './door.js';
import { Course } from './course.js';
import { Missing } from './halves.js';
import { unpacked } from './parts.js';

const SLICE = 12;      // milliseconds
const UNITS = 100000;  // of work in a millisecond (src/core/base/stop.h)

let door = null, halves = null, course = null, minutes = 0;
let awaited = null;  // what waits for the rest of the core: {promise, resolve, reject}
const jobs = [];
let busy = false, stopped = false, changed = false;
const asked = new Map();
let asks = 0;

const tell = message => postMessage(message);

// Lets messages come in. A timer would wait for four milliseconds.
const turn = (() => {
    const {port1, port2} = new MessageChannel(), waiting = [];
    port1.onmessage = () => waiting.shift()();
    return () => new Promise(resolve => { waiting.push(resolve); port2.postMessage(null); });
})();

function ask(question) {
    const number = ++asks;
    return new Promise(resolve => {
        asked.set(number, resolve);
        tell({tell: 'ask', ask: number, ...question});
    });
}

// ---- The two modules ----------------------------------------------------------------------------

const compiled = module => module instanceof WebAssembly.Module ? module
    : WebAssembly.compile(unpacked(module));

async function rest() {
    if (halves.whole) {
        return;
    }
    if (awaited === null) {
        awaited = {};
        awaited.promise = new Promise((resolve, reject) => Object.assign(awaited, {resolve, reject}));
        tell({tell: 'rest'});
    }
    await awaited.promise;
}

// The door, each of whose methods waits for the rest of the core if it needs it.
const patient = eager => new Proxy(eager, {get: (_, method) => async (...given) => {
    try {
        return eager[method](...given);
    } catch (error) {
        if (!(error instanceof Missing)) {
            throw error;
        }
        await rest();
        return eager[method](...given);
    }
}});

async function open({first, seed, columns, rows}) {
    try {
        const module = await compiled(first), eager = new Door(module, seed);
        halves = eager.halves;
        door = patient(eager);
        course = new Course(door, ask);
        door.terminal(columns, rows);
        tell({tell: 'ready', first: module});
    } catch (error) {
        tell({tell: 'broken', message: String(error.message ?? error)});
    }
}

async function complete({rest: packed, trouble}) {
    if (trouble === undefined) {
        const module = await compiled(packed);
        halves.complete(module);
        tell({tell: 'whole', rest: module});
        awaited?.resolve();
        work();
    } else {
        awaited?.reject(Object.assign(new Error(trouble), {missing: true}));
    }
    awaited = null;
}

// ---- Needs --------------------------------------------------------------------------------------

// Files, and pictures of the records before the need.
async function answerByPage(need, records) {
    const picture = need.what === 'picture' ? await door.dot(-1) : null;
    if (picture?.trouble !== undefined) {
        await door.refuse(picture.trouble);
        return;
    }
    const openings = need.format === 'html' ? await door.openings(records) : [];
    const {bytes, refusal} = await ask({need, records, openings, ...picture});
    if (refusal !== undefined) {
        await door.refuse(refusal.message, refusal.hint);
    } else {
        await door.supply(bytes ?? new Uint8Array());
    }
}

async function answerNeed(need, answers, job) {
    if (job.refuse?.includes(need.what)) {
        await door.refuse('a link cannot do that', 'type it yourself');
    } else if (need.what === 'layout') {
        // The page draws the scene itself.
        await door.refuse('the page draws this graph');
    } else if (['course', 'lesson', 'import'].includes(need.what)) {
        await course.answer(need);
    } else {
        await answerByPage(need, answers.map(answer => answer.record));
    }
}

// ---- Jobs ---------------------------------------------------------------------------------------

// Scenes are drawn as pictures: their DOT goes along.
async function withPictures(answers) {
    let scenes = 0;
    return Promise.all(answers.map(async answer => answer.record.kind === 'scene'
        ? {...answer, ...await door.dot(scenes++)} : answer));
}

async function execute(job, say) {
    if (job.patience !== undefined) {
        // Its time is not for waiting.
        await rest();
    }
    await door.clock(Date.now(), minutes);
    // Work within a statement, then time between two.
    await door.limit((job.patience ?? 0) * UNITS);
    await door.begin(job.text, job.script);
    const begun = performance.now();
    let since = begun, state;
    do {
        const step = await door.run();
        state = step.state;
        if (state === 'need') {
            await answerNeed(step.answers.at(-1).record, step.answers, job);
        } else {
            say(await withPictures(step.answers));
        }
        if (performance.now() - since > SLICE) {
            await turn();
            since = performance.now();
        }
        if (stopped || performance.now() - begun > (job.patience ?? Infinity)) {
            await door.stop(!stopped);
        }
    } while (state === 'more' || state === 'need');
    return state;
}

const doings = {
    async run(job) {
        const state = await execute(job, answers => {
            if (answers.length > 0) {
                tell({tell: 'answers', job: job.job, answers});
            }
        });
        changed = true;
        return {state, place: await door.place(), script: await door.script()};
    },

    async trace() {
        return {found: await door.trace()};
    },

    // For the tests, which answer a lesson's questions.
    async key() {
        return {key: await door.key()};
    },

    async complete(job) {
        return door.complete(job.text, job.cursor);
    },
};

async function present() {
    const now = await door.present();
    if (now !== null) {
        tell({tell: 'present', ...now, ...(now.whole === undefined ? {} : await door.dot(1))});
    }
}

async function finish(job) {
    stopped = false;
    const result = await doings[job.do](job);
    tell({tell: 'end', job: job.job, ...result});
    // What is typed meanwhile goes first.
    await turn();
}

async function work() {
    if (busy) {
        return;
    }
    busy = true;
    // The picture waits until nothing else does, and for the rest of the core.
    while (jobs.length > 0 || changed && halves.whole) {
        const job = jobs.shift();
        try {
            if (job !== undefined) {
                await finish(job);
            } else {
                changed = false;
                await present();
            }
        } catch (error) {
            tell({tell: 'broken', job: job?.job, message: String(error.stack ?? error),
                  missing: error.missing});
            return;
        }
    }
    busy = false;
}

const orders = {
    open,
    rest: complete,

    stop() {
        stopped = true;
        for (const job of jobs.splice(0)) {
            tell({tell: 'end', job: job.job, state: 'dropped'});
        }
    },

    terminal({columns, rows}) {
        door.terminal(columns, rows);
    },

    clock(data) {
        ({minutes} = data);
    },

    reply(data) {
        asked.get(data.ask)?.(data);
        asked.delete(data.ask);
    },
};

onmessage = ({data}) => {
    if (orders[data.do] !== undefined) {
        orders[data.do](data);
    } else {
        jobs.push(data);
        work();
    }
};
