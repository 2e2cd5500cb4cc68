// BACKSTEP=build/backstep node tests/wasm/compare.js build/core.wasm
//
// The core in WebAssembly answers as the program does, to the last byte: every script in
// tests/samples/ (in words and in JSON) as the program runs it now, and every input of
// tests/transcripts/ as the file says, which `backstep check` holds the program to.
const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');

const modulePath = process.argv[2];
const program = process.env.BACKSTEP;
const tests = path.join(__dirname, '..');
let passed = 0;
let failed = 0;

function check(what, expected, got) {
    if (expected === got) {
        passed++;
    } else {
        failed++;
        console.log(`${what}\n--- expected\n${expected}\n--- got\n${got}`);
    }
}

function filesIn(folder, ending) {
    const all = fs.readdirSync(path.join(tests, folder)).sort();
    return all.filter((f) => f.endsWith(ending)).map((f) => path.join('tests', folder, f));
}

const whole = (status, out, err) => `status ${status}\n${out}--- stderr\n${err}`;

function compareSample(Session, file, json) {
    const native = spawnSync(program, [...(json ? ['--json'] : []), file], { maxBuffer: 1 << 28 });
    const session = new Session(modulePath);
    const out = json ? [session.hello()] : [];
    const err = [];
    const ok = session.run(file, fs.readFileSync(file),
        (answers, trouble) => { out.push(answers); err.push(trouble); }, { json });
    check(file, whole(native.status, native.stdout, native.stderr),
        whole(ok ? 0 : 1, Buffer.concat(out), Buffer.concat(err)));
}

// The inputs of a transcript's blocks, each with the line it is on and what must come back.
function* inputsOf(file) {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    let inside = false;
    let input = null;
    for (const [i, line] of lines.entries()) {
        if (line.startsWith('```')) {
            inside = !inside && line.startsWith('```backstep');
            if (input !== null) {
                yield input;
            }
            input = line === '```backstep new' ? { fresh: true, line: i } : null;
        } else if (inside && /^[∇>]( |$)/.test(line)) {
            if (input !== null) {
                yield input;
            }
            input = { line: i + 1, text: line.slice(2), answer: [] };
        } else if (inside && /^[….]( |$)/.test(line)) {
            input.text += `\n${line.slice(2)}`;
        } else if (inside && input !== null) {
            input.answer.push(line);
        }
    }
}

// Inputs that want a file or a layout are left out; after a `load`, or with a walk that is drawn,
// there is no going on, and after a `load_csv` none in that block. A picture behind other statements
// is refused here, but they are carried out.
function compareTranscript(Session, file) {
    let session = new Session(modulePath);
    let lacking = false;
    for (const input of inputsOf(file)) {
        if (input.fresh) {
            session = new Session(modulePath);
            lacking = false;
            continue;
        }
        lacking ||= input.text.includes('load_csv(');
        if (lacking) {
            continue;
        }
        if (/^(load|save|graph|plot|export|watch|draw_dot)\b/.test(input.text)) {
            if (/^(load|watch on)/.test(input.text)) {
                return;
            }
            continue;
        }
        const said = [];
        session.run(file, Buffer.from(input.text), (answers) => said.push(answers),
            { prompt: true });
        const drawn = /; *(save|graph|plot|export)\b/.test(input.text);
        if (!drawn && !input.answer.includes('...')) {
            check(`${file}:${input.line}: ${input.text}`, input.answer.join('\n').trimEnd(),
                Buffer.concat(said).toString().trimEnd());
        }
    }
}

function refuseFiles(Session) {
    const said = [];
    const ok = new Session(modulePath).run('page', Buffer.from('a = 2; save x.bs; a'),
        (answers) => said.push(answers), { prompt: true });
    check('a file is refused', 'false   error: there are no files here, nor pictures; '
        + 'install backstep on a computer for these\n  a = 2; save x.bs; a\n              ^\n',
        `${ok} ${Buffer.concat(said)}`);
}

import('./door.mjs').then(({ Session }) => {
    for (const file of filesIn('samples', '.bs')) {
        compareSample(Session, file, false);
        compareSample(Session, file, true);
    }
    for (const file of filesIn('transcripts', '.md')) {
        compareTranscript(Session, file);
    }
    refuseFiles(Session);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
