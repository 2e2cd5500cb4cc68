// BACKSTEP=build/backstep node tests/wasm/doors.js build/core.wasm
//
// What the door of src/web/wasm/door.h can beside running texts: pictures as the program draws them,
// needs that are supplied or refused, stopping, candidates, what a page shows; and that nothing it is
// given by mistake does harm.
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');

const modulePath = process.argv[2];
const program = process.env.BACKSTEP;
const words = (said) => said.map((s) => s.words).join('').replace(/[\x0e\x10-\x1a]/g, '');
const find = (said, kind) => said.find((r) => r.kind === kind);
const tests = {};

// The canonical graph, both passes over it.
tests.firstGradient = ({ Session, BOTH }) => {
    const s = new Session(modulePath);
    const { state, said } = s.type('d = 4; f = -2\nL = d*f\nbackward L\nd.grad', BOTH);
    assert.strictEqual(state, 1);
    assert.match(words(said), /L = -8/);
    assert.match(words(said), /d\.grad = -2\n$/);
    assert.strictEqual(said.find((r) => r.record.kind === 'bind').record.name, 'L');
    assert.ok(said.some((r) => /[\x10-\x1a]/.test(r.words)), 'words carry marks');
};

tests.html = ({ Session, HTML }) => {
    const s = new Session(modulePath);
    const { said } = s.type('a = 2; a', HTML);
    assert.match(said[0].html, /^<div class="backstep bs-/);
    const wrong = s.type('<img onerror=1>', HTML);
    assert.strictEqual(wrong.state, 3);
    assert.ok(!wrong.said.some((r) => r.html.includes('<img')), 'names are no markup');
};

// What `graph` answers natively, and through the stand-in for Graphviz's library.
const PICTURES = [
    ['a = 2; b = -3; c = 10; f = -2; L = (a*b + c)*f', 'graph L'],
    ['a = 2; b = -3; c = 10; f = -2; L = (a*b + c)*f; backward L', 'graph L'],
    ['a = 2; L = a*a + a; backward L', 'graph L dark'],
    ['a = 2; L = tanh(a*a + 3); backward L; style micrograd', 'graph L'],
    ['a = 2; L = tanh(a*a + 3); backward L; style edges; ', 'graph L'],
    ['a = 2; L = relu(-a)*a; backward L; step backward L', 'graph L'],
    ['X = [[1, 2], [3, 4]]; param w = [1, -1]; L = sum((X @ w)**2); backward L', 'graph L'],
    ['X = [[1, 2], [3, 4]]; param w = [1, -1]; L = sum((X @ w)**2); backward L', 'graph L --full'],
    ['straße = 2; π2 = 3; L = straße*π2*(-1e-300)', 'graph L'],
    ['node = 2; Edge = 3; L = node*Edge', 'graph L'],
    ['a = 2; L = a\nrepeat 150: L = L*a + L\n', 'graph L --full'],
    ['a = 2; L = a\nrepeat 150: L = L*a + L\n', 'graph L'],
];

tests.pictures = ({ Session }) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'backstep-doors-'));
    for (const [script, graph] of PICTURES) {
        const [command, output, ...options] = graph.split(' ');
        const entry = [command, output, 'x.dot', ...options].join(' ');
        const file = path.join(folder, 'x.dot');
        fs.rmSync(file, { force: true });
        spawnSync(program, ['-e', `${script}\n${entry}`], { cwd: folder });
        let dot = null;
        const s = new Session(modulePath, 1, (session, need) => {
            assert.strictEqual(need.what, 'picture');
            dot = session.dot();
            session.supply('');
        });
        s.type(script);
        s.type(entry);
        const native = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
        assert.ok(dot !== null && dot === native, `${script}; ${entry}`);
    }
    fs.rmSync(folder, { recursive: true });
};

tests.tooLarge = ({ Session }) => {
    let said = null;
    const s = new Session(modulePath, 1, (session) => {
        assert.strictEqual(session.core.door_dot(session.door, -1), 2);
        said = session.words().toString();
        session.refuse(...said.split('\n'));
    });
    s.type('a = 1; L = a\nrepeat 11000: L = L*a\n');
    const { state, said: records } = s.type('graph L x.dot --full');
    assert.strictEqual(state, 3);
    assert.match(said, /too many to lay out\n.*leave out --full/);
    assert.match(find(records, 'error').message, /too many to lay out/);
};

tests.needs = ({ Session }) => {
    const asked = [];
    const s = new Session(modulePath, 1, (session, need) => {
        asked.push(`${need.what} ${need.path}`);
        if (need.what === 'read') {
            session.supply('x,y\n1,2\n3,4\n');
        } else if (need.path === 'no.bs') {
            session.refuse('this page keeps no files', 'save it from the menu');
        } else {
            assert.match(need.text, /load_csv/);
            session.supply('');
        }
    });
    const { said } = s.type('D = load_csv("some.csv"); sum(D); save yes.bs; save no.bs');
    assert.deepStrictEqual(asked, ['read some.csv', 'write yes.bs', 'write no.bs']);
    assert.match(find(said, 'error').message, /this page keeps no files/);
    assert.match(find(said, 'error').hint, /save it from the menu/);
    // One that nobody answers is refused.
    s.answer = null;
    assert.strictEqual(s.type('save x.bs').state, 3);
    // Bytes are no answer to what wants a lesson.
    s.answer = (session) => session.supply('# Lesson\n');
    assert.strictEqual(s.type('lesson two-paths').state, 3);
    assert.strictEqual(s.type('progress').state, 3);
    assert.strictEqual(s.type('1 + 1').state, 1);
};

// A turn of door_run is a piece of work; a stop is heeded at the next, and lasts until door_begin.
tests.stop = ({ Session, MORE, FAILED }) => {
    const s = new Session(modulePath);
    s.type('a = 1');
    s.begin('', 'repeat 1000000000000:\n    a = a + 1\n', true);
    let state = MORE;
    for (let i = 0; i < 5 && state === MORE; i++) {
        state = s.core.door_run(s.door, 1);
    }
    assert.strictEqual(state, MORE);
    s.core.door_stop(s.door, 1);
    for (let i = 0; i < 3 && state === MORE; i++) {
        state = s.core.door_run(s.door, 1);
    }
    assert.strictEqual(state, FAILED);
    assert.match(s.words().toString(), /interrupted/);
    assert.match(words(s.type('a', 2).said), /1\n$/);
    // What no call would end is ended by a limit of work.
    s.core.door_limit(s.door, 1e6);
    const late = s.type('sum(zeros(3000, 3000))');
    assert.strictEqual(late.state, FAILED);
    s.core.door_limit(s.door, 0);
    assert.strictEqual(s.type('b = 3').state, 1);
};

tests.looking = ({ Session }) => {
    const s = new Session(modulePath);
    assert.strictEqual(s.core.door_present(s.door), 1);
    s.type('alpha = 2; L = alpha*alpha; backward L');
    assert.strictEqual(s.core.door_present(s.door), 1);
    const shown = s.words().toString().trim().split('\n').map((line) => JSON.parse(line));
    assert.deepStrictEqual(shown.map((r) => r.kind), ['present', 'scene', 'scene']);
    assert.strictEqual(shown[0].root.name, 'L');
    assert.match(s.dot(1), /^digraph backstep \{/);
    assert.strictEqual(s.dot(2), null);
    s.core.door_candidates(s.door, ...s.put('al'), 1);
    assert.match(s.words().toString(), /"alpha"/);
    s.core.door_complete(s.door, ...s.put('graph al'), 8);
    assert.match(s.words().toString(), /"items":\["alpha"\],"from":6,"to":8/);
    s.core.door_complete(s.door, ...s.put('graph al'), 4000000000);
    assert.strictEqual(s.core.door_look(s.door, ...s.put('local L'), 1), 1);
    assert.match(s.words().toString(), /"kind":"local"/);
    assert.strictEqual(s.core.door_look(s.door, ...s.put('alpha = 3'), 1), 0);
    assert.strictEqual(s.words().length, 0);
    assert.match(words(s.type('alpha', 2).said), /2\n$/);
    assert.strictEqual(s.core.door_waits(s.door), 0);
    s.core.door_script(s.door);
    assert.match(s.words().toString(), /alpha = 2/);
    s.core.door_place(s.door);
    assert.strictEqual(s.words().toString(), '');
    assert.strictEqual(s.core.door_key(s.door), 0);
    assert.match(s.words().toString(), /no question/);
};

// A page as far as lessons go: packed lessons, and a store of lines.
class Pupil {
    constructor({ Session }, lines = ['salt\t7\n']) {
        this.lines = lines;
        this.session = new Session(modulePath, 1, (s, need) => this.answer(s, need));
        this.session.core.door_clock(this.session.door, NOON, Math.floor(NOON / 86400));
        this.session.core.door_course_begin(this.session.door);
        for (const packed of LESSONS.values()) {
            const n = this.session.put(packed)[0];
            assert.strictEqual(this.session.core.door_course_lesson(this.session.door, n), 1);
        }
    }

    answer(s, need) {
        const all = this.lines.map((line) =>
            line.replace(/^(answer\t(\d+).*)\n$/s, (_, l, when) =>
                `${l}\t${Math.floor(when / 86400)}\n`)).join('');
        if (need.what === 'course') {
            assert.strictEqual(s.core.door_course_supply(s.door, ...s.put(all), 1), 0);
        } else if (need.what === 'lesson' && LESSONS.has(need.path)) {
            assert.strictEqual(s.core.door_lesson(s.door, ...s.put(LESSONS.get(need.path))), 1);
        } else if (need.what === 'import') {
            assert.strictEqual(s.core.door_import(s.door, ...s.put(this.lines.join(''))), 1);
            this.lines.push(...s.words().toString().match(/.*\n/g) ?? []);
        } else if (need.what === 'write') {
            this.written = need.text;
            s.supply('');
        } else if (need.what === 'read') {
            s.supply(this.written);
        } else {
            s.refuse('this cannot be had here');
        }
    }

    type(text, form) {
        const { state, said } = this.session.type(text, form);
        for (const { keep } of said) {
            this.keep(keep);
        }
        return { state, said, words: words(said) };
    }

    // A place takes the place of the one before.
    keep(line) {
        if (line?.startsWith('place')) {
            const lesson = line.split('\t')[1];
            this.lines = this.lines.filter((l) => !l.startsWith(`place\t${lesson}\t`));
        }
        if (line !== undefined) {
            this.lines.push(line);
        }
    }
}

const NOON = 1709208000;
const LESSONS = new Map();

function readLessons() {
    const packs = path.join(path.dirname(modulePath), 'play', 'lessons.txt');
    const beside = path.join(path.dirname(modulePath), 'lessons.txt');
    const all = fs.readFileSync(fs.existsSync(beside) ? beside : packs, 'utf8');
    for (const packed of all.split('\x1d').filter((t) => t !== '')) {
        LESSONS.set(packed.slice(packed.indexOf('\x1f') + 1, packed.indexOf('\x1e')), packed);
    }
}

tests.lesson = (door) => {
    const pupil = new Pupil(door);
    const { BOTH } = door;
    assert.match(pupil.type('lessons', BOTH).words, /two-paths/);
    pupil.session.core.door_complete(pupil.session.door, ...pupil.session.put('lesson two'), 10);
    assert.match(pupil.session.words().toString(), /"two-paths"/);
    const begun = pupil.type('lesson two-paths', BOTH);
    assert.strictEqual(pupil.session.core.door_waits(pupil.session.door), 2);
    assert.ok(begun.said.some((r) => r.record.kind === 'prose'));
    let right = 0;
    for (let i = 0; i < 40; i++) {
        pupil.session.core.door_place(pupil.session.door);
        if (pupil.session.words().length === 0) {
            break;
        }
        const known = pupil.session.core.door_key(pupil.session.door) === 1;
        const key = pupil.session.words().toString();
        const { said } = pupil.type(known ? key : 'skip', BOTH);
        right += said.some((r) => r.record.kind === 'attempt' && r.record.right);
        if (known) {
            pupil.type('', BOTH);
        }
    }
    assert.ok(right >= 5, `${right} answers were right`);
    assert.strictEqual(pupil.lines.filter((l) => l.startsWith('answer\t1709208000\ttwo-paths.')).length
        >= right, true);
    assert.match(pupil.type('progress', BOTH).words, new RegExp(`${right} right`));
    const other = new Pupil(door);
    other.type('lesson two-paths; hint', BOTH);
    assert.match(other.type('lesson nowhere', BOTH).words, /error/);
};

// What one page exports is imported by another, whole or not at all, and adds nothing twice.
tests.progress = (door) => {
    const line = 'answer\t1700000000\ttwo-paths.sum\t1\ttwo-paths\tnumber\t3\tright\t77\t0\t6\n';
    const one = new Pupil(door, ['salt\t7\n', 'place\ttwo-paths\t3\n', line]);
    const other = new Pupil(door, ['salt\t9\n', line.replace('sum', 'square')]);
    one.type('progress export x.txt', door.BOTH);
    assert.match(one.written, /^backstep progress 1\nsalt\t7\n/);
    other.written = one.written;
    assert.match(other.type('progress import x.txt', door.BOTH).words, /1 answer added.*1 lesson/s);
    assert.strictEqual(other.lines.length, 4);
    assert.match(other.type('progress import x.txt', door.BOTH).words, /All of it was/);
    assert.strictEqual(other.lines.length, 4);
    assert.match(other.type('progress', door.BOTH).words, /2 answers, 2 right/);
    for (const damaged of [one.written.slice(0, -9), one.written.replace('sum', 'sun'), 'x,y\n', '']) {
        other.written = damaged;
        assert.strictEqual(other.type('progress import x.txt', door.BOTH).state, 3);
        assert.strictEqual(other.lines.length, 4);
    }
    // A line that is damaged costs itself alone.
    const s = one.session;
    let bad = null;
    one.answer = (session) => {
        bad = session.core.door_course_supply(session.door, ...session.put(`${line}answer\tx\n`), 0);
    };
    assert.match(words(s.type('progress', door.BOTH).said), /1 answer, 1 right[^]*Nothing is being kept/);
    assert.strictEqual(bad, 1);
};

// The page packs what is shared, and the core makes a link of it; a terminal makes the same one.
tests.share = (door) => {
    const zlib = require('zlib');
    const s = new door.Session(modulePath, 1, (session, need) => {
        assert.strictEqual(need.what, 'share');
        session.supply(zlib.deflateRawSync(Buffer.from(need.text), { level: 9, memLevel: 9 }));
    });
    s.type('a = 2; L = a*a');
    const said = words(s.type('share https://x.org/', door.BOTH).said);
    const native = spawnSync(program, ['-e', 'a = 2; L = a*a\nshare https://x.org/']);
    assert.match(said, /^ *https:\/\/x\.org\/#s=[\w-]+\n$/);
    // Another packer may find another text for the same.
    const opened = (link) => zlib.inflateRawSync(Buffer.from(link.trim().split('#s=')[1], 'base64url'));
    assert.strictEqual(`${opened(said)}`, `${opened(native.stdout.toString())}`);
    s.answer = (session) => session.supply(Buffer.alloc(20000, 7));
    assert.match(words(s.type('share', door.BOTH).said), /too long for a link/);
    s.answer = (session) => session.refuse('this page cannot pack anything');
    assert.match(words(s.type('share', door.BOTH).said), /cannot pack/);
};

tests.damagedLesson = (door) => {
    const pupil = new Pupil(door);
    const s = pupil.session;
    const packed = LESSONS.get('07-two-paths.md');
    pupil.answer = (_, need) => (need.what === 'lesson'
        ? assert.strictEqual(s.core.door_lesson(s.door, ...s.put(packed.slice(0, 500))), 0)
        : Pupil.prototype.answer.call(pupil, s, need));
    assert.strictEqual(pupil.type('lesson two-paths', door.BOTH).state, 3);
    assert.strictEqual(s.core.door_course_lesson(s.door, ...s.put('nonsense')), 0);
    assert.strictEqual(s.core.door_lesson(s.door, ...s.put(packed)), 0);
    assert.strictEqual(s.core.door_import(s.door, ...s.put('')), 0);
    assert.strictEqual(s.core.door_course_supply(s.door, ...s.put(''), 1), -1);
};

// Two sessions of one module know nothing of each other.
tests.apart = ({ Session }) => {
    const one = new Session(modulePath);
    one.type('a = 5');
    const other = Object.create(one, { door: { value: one.core.door_new(1) } });
    assert.strictEqual(other.type('a').state, 3);
    one.core.door_free(other.door);
    assert.strictEqual(one.type('a').state, 1);
};

// Lengths that do not fit what was written, calls out of their order.
tests.misuse = ({ Session }) => {
    const s = new Session(modulePath);
    s.core.door_supply(s.door, 1e6);
    s.core.door_refuse(s.door, 1e6, 4294967295);
    assert.strictEqual(s.dot(0), null);
    s.put('a = 1');
    s.core.door_begin(s.door, 4000000000, 4000000000, 1);
    assert.ok(s.core.door_run(s.door, 9) <= 4);
    s.core.door_terminal(s.door, -5, -5);
    assert.strictEqual(s.words(7).length, 0);
    assert.strictEqual(s.words(-1).length, 0);
    s.core.door_free(0);
    s.begin('', 'save x.bs', true);
    while (s.core.door_run(s.door, 1) !== 2);
    s.type('b = 2');  // over a need that waits
    assert.match(words(s.type('b', 2).said), /2\n$/);
};

import('./door.mjs').then((door) => {
    readLessons();
    let passed = 0;
    let failed = 0;
    for (const [name, test] of Object.entries(tests)) {
        try {
            test(door);
            passed++;
        } catch (e) {
            failed++;
            console.log(`${name}: ${e.stack}`);
        }
    }
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
});
