// BACKSTEP=build/backstep node tests/wasm/progress.js build/core.wasm
//
// The same log of answers says the same in the program and behind the door, to the byte: progress,
// lessons, review; in several time zones, with logs made by chance. What one exports the other
// imports, and it comes back unchanged.
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');

const modulePath = process.argv[2];
const program = process.env.BACKSTEP;
const root = path.join(__dirname, '..', '..');
const DAY = 86400;

const packs = fs.readFileSync([path.join(path.dirname(modulePath), 'lessons.txt'),
    path.join(path.dirname(modulePath), 'play', 'lessons.txt')].find(fs.existsSync), 'utf8')
    .split('\x1d').filter((t) => t !== '');
const rows = fs.readFileSync(path.join(root, 'lessons', 'questions.txt'));

// Of each question its id, version, lesson and kind, as an answer is logged.
const questions = packs.flatMap((packed) => {
    const lesson = /(?:^|\n|\x1f)id: *(\S+)/.exec(packed)[1];
    return packed.split('\x1e').map((part) => part.split('\x1f')).filter(([kind]) => kind === 'ask')
        .map(([, , id, lines]) => ({
            id, lesson,
            version: Number(/^version: *(\d+)/m.exec(lines)?.[1] ?? 1),
            kind: /^kind: *(\S+)/m.exec(lines)[1],
        }));
});

// Numerical Recipes' generator: the same logs every time.
let state = 12345;
function chance(n) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
}

function randomLog(now, count) {
    const lines = [`salt\t${1e6 + chance(1e6)}\n`];
    for (let i = 0; i < count; i++) {
        const q = questions[chance(questions.length)];
        const when = now - chance(200 * DAY);
        const how = chance(10);
        const verdict = how === 0 ? 'skipped' : how < 4 ? 'wrong' : 'right';
        const rating = { skipped: 1, wrong: 1, right: 2 + chance(3) }[verdict];
        lines.push(`answer\t${when}\t${q.id}\t${q.version + (chance(20) === 0)}\t${q.lesson}\t`
            + `${q.kind}\t${rating}\t${verdict}\t${chance(1e9)}\t${chance(3)}\t${chance(100)}\n`);
    }
    for (const lesson of new Set(questions.map((q) => q.lesson))) {
        if (chance(3) === 0) {
            lines.push(`place\t${lesson}\t${1 + chance(12)}\n`);
        }
    }
    return lines;
}

const dayOf = (when) => Math.floor(when / DAY - new Date(when * 1000).getTimezoneOffset() / 1440);
const withDays = (lines) => lines.map((line) =>
    line.replace(/^answer\t(\d+)\t.*$/m, (all, when) => `${all}\t${dayOf(Number(when))}`)).join('');

class Page {
    constructor({ Session }, now, lines) {
        this.lines = lines;
        this.files = new Map();
        this.session = new Session(modulePath, 1, (s, need) => this.answer(s, need));
        this.session.core.door_clock(this.session.door, now, dayOf(now));
        for (const packed of packs) {
            this.session.core.door_course_lesson(this.session.door, ...this.session.put(packed));
        }
        this.session.core.door_course_rows(this.session.door, ...this.session.put(rows));
    }

    answer(s, need) {
        if (need.what === 'course') {
            const bad = s.core.door_course_supply(s.door, ...s.put(withDays(this.lines)), 2);
            assert.strictEqual(bad, 0);
        } else if (need.what === 'lesson') {
            s.core.door_lesson(s.door, ...s.put(packs.find((p) => p.includes(`\x1f${need.path}\x1e`))));
        } else if (need.what === 'import') {
            s.core.door_import(s.door, ...s.put(this.lines.join('')));
            this.lines.push(...s.words().toString().match(/.*\n/g) ?? []);
        } else if (need.what === 'write') {
            this.files.set(need.path, need.text);
            s.supply('');
        } else if (need.what === 'layout') {
            s.supply(need.questions.map((q) =>
                spawnSync(`${program}-render`, ['plain'], { input: q }).stdout).join(''));
        } else {
            s.supply(this.files.get(need.path) ?? fs.readFileSync(path.join(root, 'data', need.path)));
        }
    }

    // As a script: what goes to standard output, and to standard error.
    run(text) {
        const said = { out: '', err: '' };
        this.session.begin('x.bs', text, false);
        for (let state = 0; state === 0 || state === 2;) {
            state = this.session.core.door_run(this.session.door, 2);
            for (const line of this.session.words().toString().split('\n').slice(0, -1)) {
                const { record, words } = JSON.parse(line);
                const channel = ['error', 'notice'].includes(record.kind) ? 'err' : 'out';
                said[channel] += words.replace(/[\x0e\x10-\x1a]/g, '');
                if (record.kind === 'need') {
                    this.answer(this.session, record);
                }
            }
        }
        return said;
    }
}

class Home {
    constructor(zone) {
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'backstep-progress-'));
        this.zone = zone;
    }

    run(text) {
        fs.writeFileSync(path.join(this.folder, 'x.bs'), text);
        const env = { ...process.env, HOME: this.folder, TZ: this.zone,
            BACKSTEP_LESSONS: path.join(root, 'lessons') };
        const { stdout, stderr } = spawnSync(program, ['x.bs'], { cwd: this.folder, env });
        return { out: stdout.toString(), err: stderr.toString() };
    }

    path(name) {
        return path.join(this.folder, name);
    }

    remove() {
        fs.rmSync(this.folder, { recursive: true });
    }
}

const SCRIPT = 'progress\nlessons\nquestions interview\nreview\n42\nskip\nskip\nquit\n';
const sorted = (text) => text.split('\n').filter((l) => /^(answer|place)/.test(l)).sort().join('\n');

function compare(door, zone, count) {
    process.env.TZ = zone;
    const now = Math.floor(Date.now() / 1000);
    const home = new Home(zone);
    // What the page has goes to the program, which then says the same.
    const page = new Page(door, now, randomLog(now, count));
    assert.deepStrictEqual(page.run('progress export a.txt'), { out: 'wrote a.txt\n', err: '' });
    fs.writeFileSync(home.path('a.txt'), page.files.get('a.txt'));
    assert.match(home.run('progress import a.txt').out, /added to your progress/);
    // The salt is the program's own, and a review's numbers come from it.
    home.run('progress export b.txt');
    const exported = fs.readFileSync(home.path('b.txt'), 'utf8');
    page.lines[0] = /^salt\t.*\n/m.exec(exported)[0];
    const [native, core] = [home.run(SCRIPT), page.run(SCRIPT)];
    assert.strictEqual(core.out, native.out);
    assert.strictEqual(core.err, native.err);
    assert.ok(count === 0 || /question/.test(core.out));
    // And back, whole.
    page.files.set('b.txt', exported);
    assert.strictEqual(sorted(page.files.get('b.txt')), sorted(page.files.get('a.txt')));
    assert.match(page.run('progress import b.txt').out, /All of it was/);
    const fresh = new Page(door, now, ['salt\t3\n']);
    fresh.files = page.files;
    fresh.run('progress import b.txt');
    assert.strictEqual(fresh.run('progress').out, page.run('progress').out);
    home.remove();
}

import('./door.mjs').then((door) => {
    let passed = 0;
    for (const [zone, count] of [['UTC', 40], ['America/New_York', 400], ['Asia/Kathmandu', 400],
        ['Pacific/Auckland', 3000]]) {
        compare(door, zone, count);
        passed++;
    }
    console.log(`${passed} passed, 0 failed`);
});
