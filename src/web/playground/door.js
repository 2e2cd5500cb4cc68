// The core's door (src/web/wasm/door.h) as a class: texts in, records out. Runs in the worker. Until
// the rest of the core is there each method may throw Missing (halves.js), and is then called again.

import { Halves } from './halves.js';

const STATES = ['more', 'done', 'need', 'failed', 'quit'];  // enum session_state
const HTML = 3;  // the form of answers: {"record", "words", "html"}, a line each
const DRAWN = 1, TOO_LARGE = 2;

const encoder = new TextEncoder(), decoder = new TextDecoder();
const bytesOf = part => typeof part === 'string' ? encoder.encode(part) : part;

export class Door {
    // first: the first module of the core, compiled
    constructor(first, seed) {
        this.halves = new Halves(first);
        this.core = this.halves.core;
        this.door = this.core.door_new(seed);
        if (this.door === 0) {
            throw new Error('there is no memory for a session');
        }
    }

    // Writes texts or bytes, one right behind the other, to where the core reads them. Returns their
    // lengths.
    #put(...parts) {
        const all = parts.map(bytesOf), length = all.reduce((sum, part) => sum + part.length, 0);
        const at = this.core.door_area(this.door, length);
        if (at === 0) {
            throw new Error('there is no memory for this text');
        }
        // The call may have grown the memory: its buffer is looked at afterwards.
        const area = new Uint8Array(this.core.memory.buffer, at, length);
        all.reduce((from, part) => (area.set(part, from), from + part.length), 0);
        return all.map(part => part.length);
    }

    #words() {
        const at = this.core.door_words(this.door, 0);
        const length = this.core.door_words_length(this.door, 0);
        return decoder.decode(new Uint8Array(this.core.memory.buffer, at, length));
    }

    // The answers: JSON, an object a line.
    #lines() {
        return this.#words().split('\n').filter(line => line !== '').map(line => JSON.parse(line));
    }

    terminal(columns, rows) {
        this.core.door_terminal(this.door, columns, rows);
    }

    // now: milliseconds since 1970; minutes: how far the learner's clock is behind UTC.
    clock(now, minutes) {
        this.core.door_clock(this.door, Math.floor(now / 1000),
                             Math.floor((now - minutes * 60000) / 86400000));
    }

    begin(text, script = false) {
        this.core.door_begin(this.door, ...this.#put('', text), script ? 0 : 1);
    }

    // A statement, or some steps of a training: {state, answers}.
    run() {
        const state = STATES[this.core.door_run(this.door, HTML)];
        return {state, answers: this.#lines()};
    }

    supply(bytes) {
        this.core.door_supply(this.door, ...this.#put(bytes));
    }

    refuse(message, hint = '') {
        this.core.door_refuse(this.door, ...this.#put(message, hint));
    }

    // late: it takes too long; else someone wants it.
    stop(late = false) {
        this.core.door_stop(this.door, late ? 2 : 1);
    }

    limit(units) {
        this.core.door_limit(this.door, units);
    }

    script() {
        this.core.door_script(this.door);
        return this.#words();
    }

    place() {
        this.core.door_place(this.door);
        return this.#words();
    }

    // The right answer to the question that is asked; null if there is none to be typed.
    key() {
        return this.core.door_key(this.door) === 1 ? this.#words() : null;
    }

    // What may be at the cursor (in UTF-16 units) of what is typed: {items, from, to}.
    complete(text, cursor) {
        const at = bytesOf(text.slice(0, cursor)).length;
        this.core.door_complete(this.door, ...this.#put(text), at);
        const [{items = [], from = 0, to = 0} = {}] = this.#lines();
        // The core counts characters.
        const signs = [...text], units = count => signs.slice(0, count).join('').length;
        return {items, from: units(from), to: units(to)};
    }

    // ---- Lessons ----

    // All lessons, packed, and the text of the study questions' list.
    course(lessons, rows) {
        this.core.door_course_begin(this.door);
        for (const lesson of lessons) {
            this.core.door_course_lesson(this.door, ...this.#put(lesson));
        }
        this.core.door_course_rows(this.door, ...this.#put(rows));
    }

    supplyCourse(lines, kept) {
        return this.core.door_course_supply(this.door, ...this.#put(lines), kept ? 1 : 0);
    }

    supplyLesson(lesson) {
        this.core.door_lesson(this.door, ...this.#put(lesson));
    }

    // The lines that are new among those that are imported; null: the import was refused.
    supplyImport(lines) {
        return this.core.door_import(this.door, ...this.#put(lines)) === 1 ? this.#words() : null;
    }

    // {present, scene, whole}: the session, the graph as it is, and as both passes leave it.
    present() {
        if (this.core.door_present(this.door) === 0) {
            return null;
        }
        const [present, scene, whole] = this.#lines();
        return {present, scene, whole};
    }

    // {scene, trace, dot, openings} of the walk over both passes; null: there is none.
    trace() {
        if (this.core.door_trace(this.door) === 0) {
            return null;
        }
        const records = this.#lines(), find = kind => records.find(record => record.kind === kind);
        return {scene: find('scene'), trace: find('trace'), ...this.dot(0),
                openings: this.openings(records)};
    }

    // Of the records that were answered last the openings (src/core/command/openings.h): [{of, scene,
    // dot}].
    openings(records) {
        return records.filter(({kind}) => kind === 'scene' || kind === 'opening')
            .map(({kind, of, picture}, at) => kind === 'scene' ? {}
                : {of, scene: picture, ...this.dot(at)})
            .filter(({dot}) => dot !== undefined);
    }

    // A scene of what was answered last, from 0 (-1: the last), as {dot}; or {trouble}; or null:
    // there is no such scene.
    dot(which) {
        const drawn = this.core.door_dot(this.door, which);
        return drawn === DRAWN ? {dot: this.#words()}
            : drawn === TOO_LARGE ? {trouble: this.#words().split('\n')[0]} : null;
    }
}
