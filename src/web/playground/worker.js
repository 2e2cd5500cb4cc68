// The core, off the page's own thread: a worker made from a Blob. One job after the other; what runs
// long is cut into slices, and between two of them messages are heard, so that Stop is heeded.
//
// From the page:
//   {do: "open", wasm, seed, columns, rows}           wasm: the core, packed or compiled
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
//   {tell: "ready", module}, {tell: "broken", message}
//   {tell: "answers", job, answers}                   {record, words, html} each; a scene's with `dot`
//   {tell: "ask", ask, need, records, dot}            to be replied to; records: what is to be drawn;
//                                                     or with `course`, see course.js
//   {tell: "end", job, state, …}                      the job's result
//   {tell: "present", present, scene, whole, dot}     after the last job that waited

import { Door } from './door.js';
import { Course } from './course.js';
import { unpacked } from './parts.js';

const SLICE = 12;      // milliseconds
const UNITS = 100000;  // of work in a millisecond (src/core/base/stop.h)

let door = null, course = null, minutes = 0;
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

// ---- Needs --------------------------------------------------------------------------------------

// Files, and pictures of the records before the need.
async function answerByPage(need, records) {
    const picture = need.what === 'picture' ? door.dot(-1) : null;
    if (picture?.trouble !== undefined) {
        door.refuse(picture.trouble);
        return;
    }
    const {bytes, refusal} = await ask({need, records, ...picture});
    if (refusal !== undefined) {
        door.refuse(refusal.message, refusal.hint);
    } else {
        door.supply(bytes ?? new Uint8Array());
    }
}

async function answerNeed(need, answers, job) {
    if (job.refuse?.includes(need.what)) {
        door.refuse('a link cannot do that', 'type it yourself');
    } else if (need.what === 'layout') {
        // The page draws the scene itself.
        door.refuse('the page draws this graph');
    } else if (['course', 'lesson', 'import'].includes(need.what)) {
        await course.answer(need);
    } else {
        await answerByPage(need, answers.map(answer => answer.record));
    }
}

// ---- Jobs ---------------------------------------------------------------------------------------

// Scenes are drawn as pictures: their DOT goes along.
function withPictures(answers) {
    let scenes = 0;
    return answers.map(answer => answer.record.kind === 'scene'
        ? {...answer, ...door.dot(scenes++)} : answer);
}

async function execute(job, say) {
    door.clock(Date.now(), minutes);
    // Work within a statement, then time between two.
    door.limit((job.patience ?? 0) * UNITS);
    door.begin(job.text, job.script);
    const begun = performance.now();
    let since = begun, state;
    do {
        const step = door.run();
        state = step.state;
        if (state === 'need') {
            await answerNeed(step.answers.at(-1).record, step.answers, job);
        } else {
            say(withPictures(step.answers));
        }
        if (performance.now() - since > SLICE) {
            await turn();
            since = performance.now();
        }
        if (stopped || performance.now() - begun > (job.patience ?? Infinity)) {
            door.stop(!stopped);
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
        return {state, place: door.place(), script: door.script()};
    },

    async trace() {
        return {found: door.trace()};
    },

    // For the tests, which answer a lesson's questions.
    async key() {
        return {key: door.key()};
    },

    async complete(job) {
        return door.complete(job.text, job.cursor);
    },
};

function present() {
    const now = door.present();
    if (now !== null) {
        tell({tell: 'present', ...now, ...(now.whole === undefined ? {} : door.dot(1))});
    }
}

async function work() {
    if (busy) {
        return;
    }
    busy = true;
    while (jobs.length > 0) {
        const job = jobs.shift();
        stopped = false;
        let result;
        try {
            result = await doings[job.do](job);
        } catch (error) {
            tell({tell: 'broken', job: job.job, message: String(error.stack ?? error)});
            return;
        }
        tell({tell: 'end', job: job.job, ...result});
        // What is typed meanwhile goes first.
        await turn();
    }
    busy = false;
    if (changed) {
        changed = false;
        present();
    }
}

onmessage = async ({data}) => {
    if (data.do === 'open') {
        try {
            const {wasm} = data, module = wasm instanceof WebAssembly.Module ? wasm
                : await WebAssembly.compile(unpacked(wasm));
            door = new Door(module, data.seed);
            course = new Course(door, ask);
            door.terminal(data.columns, data.rows);
            tell({tell: 'ready', module});
        } catch (error) {
            tell({tell: 'broken', message: String(error.message ?? error)});
        }
    } else if (data.do === 'stop') {
        stopped = true;
        for (const job of jobs.splice(0)) {
            tell({tell: 'end', job: job.job, state: 'dropped'});
        }
    } else if (data.do === 'terminal') {
        door.terminal(data.columns, data.rows);
    } else if (data.do === 'clock') {
        minutes = data.minutes;
    } else if (data.do === 'reply') {
        asked.get(data.ask)?.(data);
        asked.delete(data.ask);
    } else {
        jobs.push(data);
        work();
    }
};
