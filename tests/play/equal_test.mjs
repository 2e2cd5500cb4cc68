// BACKSTEP=build/backstep PLAYGROUND=build/playground node tests/play/equal_test.mjs [PART…]
//
// The core of the playground answers as the program does. Both are given the same entries: those of
// all transcripts (README.md, docs/, lessons/, tests/transcripts/), and every lesson from its
// beginning to its end, four times over: answered rightly, wrongly, skipped, and with the solution
// looked at. Every record must be the same to the byte, and its words too.
//
// The program is driven by `--talk`. Needs are answered here, for both alike: files are kept in
// memory, and of a layout the answer of Graphviz is recorded for the program and given again to the
// core, since another Graphviz would place the boxes a little differently.
import fs from 'node:fs';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Session, BOTH, FAILED, QUIT } from '../wasm/door.mjs';

const parts = process.argv.slice(2);
const folder = path.join(process.env.PLAYGROUND, '..', 'play');
const modulePath = path.join(folder, 'first.wasm');
const program = process.env.BACKSTEP;
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const NEEDS = ['read', 'write', 'picture', 'plot', 'layout', 'view'];
const now = Math.floor(Date.now() / 1000);
const today = Math.floor((now - new Date().getTimezoneOffset() * 60) / 86400);

// ---- Needs --------------------------------------------------------------------------------------

const layouts = new Map();

function layout(question) {
    if (!layouts.has(question)) {
        const drawn = spawnSync(`${program}-render`, ['plain'], { input: question });
        layouts.set(question, drawn.status === 0 ? drawn.stdout.toString() : null);
    }
    return layouts.get(question);
}

// What a need is answered with; null: it is refused.
function supplyOf(need, files) {
    switch (need.what) {
    case 'read':
        if (!files.has(need.path)) {
            const shipped = path.join(root, 'data', path.basename(need.path));
            return need.folder && fs.existsSync(shipped) ? fs.readFileSync(shipped, 'utf8') : null;
        }
        return files.get(need.path);
    case 'write':
        files.set(need.path, need.text);
        return '';
    case 'layout': {
        const answers = need.questions.map(layout);
        return answers.includes(null) ? null : answers.join('');
    }
    case 'share':
        return deflateRawSync(need.text);
    default:
        return need.what === 'view' ? 'http://127.0.0.1:8080/' : '';
    }
}

const REFUSAL = 'this is not to be had';

// ---- The program --------------------------------------------------------------------------------

// A conversation. A type of an entry gives { lines, end, waits }: the records as JSON, and as words.
class Native {
    constructor() {
        this.child = spawn(program, ['--talk'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
        this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
        this.files = new Map();
        this.ready = this.ask({ needs: NEEDS }, true);
    }

    send(line) {
        this.child.stdin.write(`${JSON.stringify(line)}\n`);
    }

    async next() {
        const { value, done } = await this.lines.next();
        if (done) {
            throw new Error('the program ended');
        }
        return value;
    }

    async ask(request, first = false) {
        if (first) {
            await this.next();
        } else {
            await this.ready;
        }
        this.send(request);
        const said = [];
        for (;;) {
            const line = await this.next();
            const record = JSON.parse(line);
            if (record.kind === 'done') {
                return { said, end: record.end, waits: record.waits };
            }
            if (record.kind === 'need') {
                const supply = supplyOf(record, this.files);
                this.send(supply === null ? { refuse: REFUSAL } : { supply });
            } else if (record.kind !== 'training') {
                said.push({ record: line, words: record.plain });
            }
        }
    }

    type(text, script) {
        return this.ask({ run: text, plain: true, mode: script ? 'script' : 'prompt' });
    }

    close() {
        this.child.stdin.end();
    }
}

// ---- The core -----------------------------------------------------------------------------------

const lessons = new Map();

function readLessons() {
    const packs = fs.readFileSync(path.join(folder, 'lessons.txt'), 'utf8');
    for (const packed of packs.split('\x1d').filter((t) => t !== '')) {
        const name = packed.slice(packed.indexOf('\x1f') + 1, packed.indexOf('\x1e'));
        lessons.set(`lessons/${name}`, packed.replace(name, `lessons/${name}`));
    }
}

class Core {
    constructor() {
        this.session = new Session(modulePath);
        this.session.core.door_clock(this.session.door, now, today);
        this.files = new Map();
        this.listed = false;
    }

    list() {
        const s = this.session;
        for (const packed of lessons.values()) {
            s.core.door_course_lesson(s.door, ...s.put(packed));
        }
        s.core.door_course_rows(s.door,
            ...s.put(fs.readFileSync(path.join(root, 'lessons', 'questions.txt'))));
        this.listed = true;
    }

    answer(need) {
        const s = this.session;
        if (need.what === 'course') {
            if (!this.listed) {
                this.list();
            }
            s.core.door_course_supply(s.door, ...s.put(''), 2);
        } else if (need.what === 'lesson' && lessons.has(need.path)) {
            s.core.door_lesson(s.door, ...s.put(lessons.get(need.path)));
        } else if (need.what === 'lesson') {
            s.refuse(`there is no file '${need.path}'`);
        } else {
            const supply = supplyOf(need, this.files);
            if (supply === null) {
                s.refuse(REFUSAL);
            } else {
                s.supply(supply);
            }
        }
    }

    type(text, script) {
        const s = this.session;
        const said = [];
        s.begin('<talk>', text, !script);
        for (;;) {
            const state = s.core.door_run(s.door, BOTH);
            const lines = s.words().toString().split('\n').slice(0, -1);
            let need = null;
            for (const line of lines) {
                const { record, words } = JSON.parse(line);
                if (record.kind === 'need') {
                    need = record;
                } else if (record.kind !== 'training') {
                    said.push({ record: line, words: words.replace(/[\x0e\x10-\x1a]/g, '') });
                }
            }
            if (need !== null) {
                this.answer(need);
            } else if (state !== 0) {
                const end = state === FAILED ? 'failed' : state === QUIT ? 'quit' : 'done';
                return { said, end };
            }
        }
    }

    // The right answer to the question that is asked; null if it has none that can be typed.
    key() {
        const s = this.session;
        return s.core.door_key(s.door) === 1 ? s.words().toString() : null;
    }

    close() {
        this.session.core.door_free(this.session.door);
    }
}

// ---- Comparing ----------------------------------------------------------------------------------

const failures = [];
let passed = 0;

// The bytes of a record in {"id":1,"plain":"…","kind":…} of the program, and in
// {"record":{"kind":…},"words":"…"} of the core. (In a text every quotation mark has a backslash.)
const ofProgram = (line) => `{${line.slice(line.indexOf(',"kind":"') + 1)}`;
const ofCore = (line) => line.slice('{"record":'.length, line.lastIndexOf(',"words":"'));

// What the links in a text hold: two zlibs need not pack alike.
const unpacked = (text) => text?.replace(/#s=([\w-]+)/g,
    (_, packed) => `#s=<${inflateRawSync(Buffer.from(packed, 'base64url'))}>`);

// Where two texts part, with some of what is around it.
function part(a = '(nothing)', b = '(nothing)') {
    let at = 0;
    while (at < a.length && a[at] === b[at]) {
        at++;
    }
    const from = Math.max(0, at - 200);
    return `  program: …${a.slice(from, at + 200)}\n  core:    …${b.slice(from, at + 200)}`;
}

// Words of what a terminal shows: the program leaves out those of a picture that went to a file.
function differ(native, core) {
    for (let i = 0; i < Math.max(native.said.length, core.said.length); i++) {
        const a = native.said[i] && unpacked(ofProgram(native.said[i].record));
        const b = core.said[i] && unpacked(ofCore(core.said[i].record));
        if (a !== b) {
            return part(a, b);
        }
        if (unpacked(native.said[i].words) !== unpacked(core.said[i].words) &&
            native.said[i].words !== '') {
            return part(native.said[i].words, core.said[i].words);
        }
    }
    return native.end === core.end ? null : `${native.end}, ${core.end}`;
}

class Pair {
    constructor(where) {
        this.where = where;
        this.native = new Native();
        this.core = new Core();
        this.broken = false;
    }

    async type(text, { script = false, line = 0 } = {}) {
        const native = await this.native.type(text, script);
        const core = this.core.type(text, script);
        const difference = this.broken ? null : differ(native, core);
        if (difference === null) {
            passed++;
        } else {
            // What follows would differ too.
            this.broken = true;
            failures.push(`${this.where}${line ? `:${line}` : ''}: ${text}\n${difference}`);
        }
        return native;
    }

    close() {
        this.native.close();
        this.core.close();
    }
}

// ---- Transcripts --------------------------------------------------------------------------------

// Blocks of a file as entries: { text, line, script, fresh }.
function* entriesOf(file) {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    let fence = null;
    let block = [];
    for (const [i, raw] of lines.entries()) {
        const mark = /^([ >]*)(`{3,})(.*)$/.exec(raw);
        if (fence === null && mark !== null) {
            fence = { indent: mark[1].length, ticks: mark[2], info: mark[3].trim() };
            block = [];
        } else if (fence !== null && mark !== null && mark[2].length >= fence.ticks.length
            && mark[3].trim() === '') {
            yield* entriesOfBlock(fence.info, block);
            fence = null;
        } else if (fence !== null) {
            block.push({ text: raw.slice(fence.indent), line: i + 1 });
        }
    }
}

function* entriesOfBlock(info, block) {
    const prompted = block.some(({ text }) => /^[∇>]( |$)/.test(text));
    const ours = info === 'backstep' || info === 'backstep new';
    if (!ours && !(info === '' && /^[∇>]( |$)/.test(block[0]?.text ?? ''))) {
        return;
    }
    if (!prompted) {
        const text = block.map((l) => `${l.text}\n`).join('');
        yield { text, line: block[0]?.line, script: true, fresh: info === 'backstep new' };
        return;
    }
    let entry = null;
    let fresh = info === 'backstep new';
    for (const { text, line } of block) {
        if (/^[∇>]( |$)/.test(text)) {
            if (entry !== null) {
                yield entry;
            }
            entry = { text: text.slice(2).trimEnd(), line, script: false, fresh };
            fresh = false;
        } else if (entry !== null && !entry.answered && /^[….]( |$)/.test(text)) {
            entry.text += `\n${text.slice(2).trimEnd()}`;
        } else if (entry !== null) {
            entry.answered = true;
        }
    }
    if (entry !== null) {
        yield entry;
    }
}

async function compareTranscript(file) {
    let pair = null;
    for (const { text, line, script, fresh } of entriesOf(path.join(root, file))) {
        if (pair === null || fresh) {
            pair?.close();
            pair = new Pair(file);
        }
        // Notes are kept by the host, of a prompt alone; packers differ by a few bits.
        const { end } = /^(notes\b|share( http|$))/.test(text) ? {} : await pair.type(text, { script, line });
        if (end === 'quit') {
            pair.close();
            pair = null;
        }
    }
    pair?.close();
}

// ---- Lessons ------------------------------------------------------------------------------------

// The lines of `solve:` of each question: what is typed where something is to be done.
function solutionsOf(packed) {
    const solutions = new Map();
    for (const part of packed.split('\x1e')) {
        const [kind, , id, lines] = part.split('\x1f');
        if (kind === 'ask') {
            solutions.set(id, lines.split('\n').filter((l) => /^solve:/.test(l))
                .map((l) => l.replace(/^solve: */, '')));
        }
    }
    return solutions;
}

// What is typed at a question, by the way that it is gone through; the question asked is the last
// of that kind among the records.
const ways = {
    right(pair, id, solutions) {
        const solve = solutions.get(id) ?? [];
        const key = pair.core.key();
        return [...(solve.length > 0 ? solve : [key ?? 'skip']), '', 'good', 'all', 'skip'];
    },
    wrong: () => ['hint', '0.123456', 'not an answer', 'retry', 'a', 'context', 'info', 'skip'],
    skip: () => ['skip'],
    solution: () => ['solution', '', 'skip'],
};

const questionOf = (said) => {
    const asked = said.map(({ record }) => JSON.parse(record)).filter((r) => r.kind === 'question');
    return asked.length > 0 ? asked[asked.length - 1].question : null;
};

// Attempts that were judged, by the way a lesson was gone through.
const tally = Object.fromEntries(Object.keys(ways).map((w) => [w, { questions: 0, right: 0, wrong: 0 }]));

function count(way, said) {
    for (const { record } of said) {
        const { kind, right, skipped, rating } = JSON.parse(record);
        tally[way].right += kind === 'attempt' && right;
        tally[way].wrong += kind === 'attempt' && !right && !skipped && rating > 0;
    }
}

async function playLesson(name, way) {
    const pair = new Pair(`${name}, ${way}`);
    const solutions = solutionsOf(lessons.get(name));
    let said = await pair.type(`lesson ${name}`);
    let question = questionOf(said.said);
    for (let turns = 0; question !== null && turns < 200; turns++) {
        const id = question;
        tally[way].questions++;
        let next = null;
        for (const text of ways[way](pair, id, solutions)) {
            said = await pair.type(text);
            count(way, said.said);
            next = questionOf(said.said);
            if (next !== null && next !== id) {
                break;
            }
        }
        // What is behind the last answer comes with Enter.
        if (next === null || next === id) {
            said = await pair.type('');
            next = questionOf(said.said);
        }
        question = next !== null && next !== id ? next : null;
    }
    await pair.type('lessons; progress');
    pair.close();
}

// ---- Both ---------------------------------------------------------------------------------------

readLessons();
const markdown = (folder) => fs.readdirSync(path.join(root, folder))
    .filter((f) => f.endsWith('.md')).sort().map((f) => path.join(folder, f));
const transcripts = ['README.md', ...markdown('docs'), ...markdown('lessons'),
    ...markdown('tests/transcripts')];
const wanted = (what) => parts.length === 0 || parts.some((part) => what.includes(part));

const jobs = [];
for (const file of transcripts.filter(wanted)) {
    jobs.push(() => compareTranscript(file));
}
for (const name of lessons.keys()) {
    for (const way of Object.keys(ways).filter((w) => wanted(`${name}, ${w}`))) {
        jobs.push(() => playLesson(name, way));
    }
}

// Two at once: while the program of one works, the core of the other does.
async function work() {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        await job();
    }
}
await Promise.all([work(), work()]);
// The ways are what they are called: every question was answered rightly, and so on.
const { right, wrong, skip, solution } = tally;
for (const [way, holds] of Object.entries({
    right: right.right === right.questions,
    wrong: wrong.wrong > wrong.questions / 3,
    skip: skip.right + skip.wrong === 0,
    solution: solution.wrong === solution.questions,
})) {
    if (!holds) {
        failures.push(`${way}: ${JSON.stringify(tally[way])}`);
    }
}
for (const failure of failures.slice(0, 20)) {
    console.log(failure);
}
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
