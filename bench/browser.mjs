// What WebAssembly costs: BENCH=build/bench node bench/browser.mjs MODULE.wasm…
//
// Each script takes the least time of eleven runs: by the core as a module in V8 (build/play/first.wasm, as
// learners get it, with rest.wasm beside it), and by the same core compiled for this machine, with vectors
// of two doubles and with the widest. Each run has memory that nobody wrote to before: its own
// module, and its own process.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Session } from '../tests/wasm/door.mjs';

const modules = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'backstep-bench-'));

const made = {
    // 20,000 lines, each a statement.
    'statements.bs': Array.from({ length: 20000 }, (_, i) => `a${i % 50} = ${i}*0.5 + a${(i + 7) % 50}`),
    // One sum of 200,000 terms.
    'terms.bs': ['x = 2', `y = ${Array.from({ length: 200000 }, () => 'x').join(' + ')}`],
    // 100 backward passes over 64,000 nodes.
    'passes.bs': ['seed 1', 'x = randn(16000)', 'L = sum(tanh(x)*x)',
        'repeat 100 { zero; forward; backward L }'],
    // A formula and its derivative, many times.
    'derive.bs': ['x = 0.5', 'y = tanh(x*x + sin(x))*exp(-x) + sigmoid(3*x)/(1 + x**2)',
        'repeat 300 { derive y x }'],
};
made['statements.bs'].unshift(...Array.from({ length: 50 }, (_, i) => `a${i} = 1`));

// Those whose instructions are counted; a training takes ten times the steps, so that the making of
// its graph counts for little. (Pictures ask for a layout, which is not the core's work.)
for (const name of fs.readdirSync(path.join(here, 'scripts')).filter((n) => n !== 'picture.bs')) {
    const text = fs.readFileSync(path.join(here, 'scripts', name), 'utf8');
    made[name] = text.replace(/^(train \w+ \d+)/m, '$10').trimEnd().split('\n');
}

const scripts = [];
for (const [name, lines] of Object.entries(made)) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, lines.map((l) => `${l}\n`).join(''));
    scripts.push(file);
}

const RUNS = 11;

// Milliseconds of the same core, compiled for this machine.
function native(file, ...options) {
    const { stdout, stderr, status } = spawnSync(path.join(process.env.BENCH, 'script'), [file, ...options]);
    if (status !== 0) {
        throw new Error(stderr.toString());
    }
    return Number(stdout);
}

function inModule(module_, file) {
    const text = fs.readFileSync(file);
    const session = new Session(module_);
    session.core.complete?.();
    const start = performance.now();
    session.begin('', text, false);
    let state = 0;
    while (state === 0) {
        state = session.core.door_run(session.door, 1);
    }
    if (state !== 1) {
        throw new Error(`${file}: ${session.words()}`);
    }
    const took = performance.now() - start;
    session.core.door_free(session.door);
    return took;
}

console.log(`${'ms'.padEnd(14)}${'native'.padStart(9)}${'128 bits'.padStart(10)}${
    modules.map((m) => path.basename(m, '.wasm').padStart(10) + '  ratio').join('')}`);
for (const file of scripts) {
    // They take turns, as the machine may be quicker at one time than at another.
    const ways = [() => native(file), () => native(file, '-128'), ...modules.map((m) => () => inModule(m, file))];
    const least = ways.map(() => Infinity);
    for (let i = 0; i < RUNS; i++) {
        ways.forEach((way, k) => { least[k] = Math.min(least[k], way()); });
    }
    const [wide, narrow, ...times] = least;
    console.log(path.basename(file, '.bs').padEnd(14) + wide.toFixed(1).padStart(9)
        + narrow.toFixed(1).padStart(10) + times.map((ms) =>
        ms.toFixed(1).padStart(10) + (ms / narrow).toFixed(2).padStart(7)).join(''));
}
fs.rmSync(folder, { recursive: true });
