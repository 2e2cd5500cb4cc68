// The prompt while a page follows: it never waits, and nothing that becomes of the page reaches it.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, finish, test } from '../page/check.mjs';
import { Prompt, program } from './prompt.mjs';
import { Follower, memoryOf, pause, render, until } from './server.mjs';

// Milliseconds that an answer may take on a machine that is busy with other things, and how many
// times as long as the slowest one that nothing could hold up. One that waits for a page waits on.
const WAIT = 1000, TIMES = 5;

// Does it run? (One that has ended may wait a moment to be asked for.)
function runs(pid) {
    try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0] !== 'Z';
    } catch {
        return false;
    }
}

async function follow(address) {
    const [, port, path] = address.match(/:(\d+)(\/.*)$/);
    const socket = net.connect(Number(port), '127.0.0.1');
    socket.write(`GET ${path}events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    return new Follower(socket);
}

async function withPrompt(body, variables) {
    const prompt = new Prompt(variables);
    try {
        await prompt.begin();
        await body(prompt);
    } finally {
        await prompt.close();
    }
}

await test('view says its address, again the same, and stops', () => withPrompt(async prompt => {
    const address = await prompt.view();
    assert.ok(address !== undefined, prompt.screen);
    assert.equal(await prompt.view(), address);
    const [program] = prompt.helpers;
    assert.match(await prompt.type('view stop'), /has stopped following/);
    assert.ok(!runs(program));
    assert.match(await prompt.type('view stop'), /error: no page follows this session; view opens one/);
    assert.notEqual(await prompt.view(), address);
}));

await test('each statement is told, and what it was answered with', () => withPrompt(async prompt => {
    const page = await follow(await prompt.view());
    await prompt.type('a = 2; L = a*a');
    await until(() => page.last('state')?.root?.name === 'L', 'L');
    await until(() => page.last('log').number === 2, 'its line');
    assert.deepEqual(page.last('log'), {number: 2, typed: 'a = 2; L = a*a',
        words: '  \x10L\x0e = \x114\x0e\n'});
    await prompt.type('nothing');
    await until(() => page.last('log')?.typed === 'nothing', 'an error');
    assert.match(page.last('log').words, /there is no 'nothing' yet/);
    // The walk, forward and back.
    await prompt.type('step L');
    await until(() => page.last('state')?.walk?.at === 1, 'a step');
    assert.equal(page.last('state').step.name, 'L');
    await prompt.type('back');
    await until(() => page.last('state')?.walk?.at === 0, 'back');
    assert.equal(page.last('state').step, undefined);
    // Nothing has been moved by looking at it.
    await prompt.type('run');
    await prompt.type('run');
    await prompt.type('stop');
    assert.match(await prompt.type('vars'), /a +2 +4/);
    await prompt.type('undo');
    await until(() => page.last('log')?.typed === 'undo', 'undo');
    page.close();
}));

await test('a port that is taken is named, and another serves', () => withPrompt(async prompt => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise(done => other.on('listening', done));
    const {port} = other.address();
    assert.match(await prompt.type(`view ${port}`),
                 new RegExp(`error: port ${port} is taken by another program; write view alone`));
    assert.ok(await prompt.view() !== undefined);
    other.close();
    await new Promise(done => other.on('close', done));
    const address = await prompt.view(`view ${port}`);
    assert.ok(address.startsWith(`http://127.0.0.1:${port}/`));
    assert.equal(await prompt.view(`view ${port}`), address);
    assert.equal(await prompt.view(), address);
    assert.match(await prompt.type('view 80'), /a whole number from 1024 to 65535/);
    assert.match(await prompt.type('view fast'), /write view, view stop, or view 8080/);
}));

await test('the prompt never waits for a page that does not read', () => withPrompt(async prompt => {
    const page = await follow(await prompt.view());
    await prompt.type(`x = 0.5; y = ${'tanh('.repeat(90)}x${')'.repeat(90)}`);
    await until(() => page.last('state')?.values === 91, 'the graph');
    const [program] = prompt.helpers;
    const slowest = async most => {
        let longest = 0;
        for (let i = 1; i <= most; i++) {
            await prompt.type(`x.data = 0.${i}; forward`);
            longest = Math.max(longest, prompt.milliseconds);
        }
        return longest;
    };
    const usual = await slowest(20);
    process.kill(program, 'SIGSTOP');
    const longest = await slowest(60);
    assert.ok(longest < Math.max(WAIT, TIMES * usual), `${longest} ms, where ${usual} are usual`);
    assert.ok(memoryOf(prompt.pid) < 64 * 1024, `${memoryOf(prompt.pid)} KB`);
    process.kill(program, 'SIGCONT');
    // What could not be sent comes now, the newest of it, though nobody types.
    await until(() => page.last('log').typed === 'x.data = 0.60; forward', 'the last line');
    await until(() => page.last('state').scene.boxes[0].value === 0.6, 'the newest');
    page.close();
}));

await test('a graph that changes while it is laid out is shown as it became', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstep-live-')), slow = join(folder, 'slow');
    writeFileSync(slow, `#!/bin/sh\nsleep 1\nexec ${render} "$@"\n`, {mode: 0o755});
    await withPrompt(async prompt => {
        const page = await follow(await prompt.view());
        await prompt.type('a = 2; L = a*a');
        await prompt.type('L = tanh(L)');
        await prompt.type('undo');
        await prompt.type('reset');
        await prompt.type('b = 5; M = b + b; backward M');
        assert.match(await prompt.type('print b.grad'), /2/);
        await until(() => page.last('picture')?.svg?.includes('>10<'), 'the last graph');
        const names = page.last('picture').scene.boxes.map(box => box.name);
        assert.deepEqual(names, ['b', 'M']);
        assert.equal(page.last('state').root.name, 'M');
        page.close();
    }, {BACKSTEP_RENDER: slow});
    rmSync(folder, {recursive: true});
});

await test('the page\'s program may die; view starts another', () => withPrompt(async prompt => {
    const address = await prompt.view(), [program] = prompt.helpers;
    process.kill(program, 'SIGKILL');
    await until(() => !runs(program), 'it is dead');
    for (let i = 0; i < 5; i++) {
        assert.equal(await prompt.type(`${i} + 1`), `  ${i} + 1 = ${i + 1}\r\n`);
        await prompt.type(`a = ${i}`);
    }
    const again = await prompt.view();
    assert.ok(again !== undefined && again !== address, prompt.screen.slice(-1500));
    const page = await follow(again);
    await until(() => page.last('state')?.root?.name === 'a', 'the present');
    page.close();
}));

await test('without the program view says so', () => withPrompt(async prompt => {
    assert.match(await prompt.type('view'),
                 /error: the program that shows pages, backstep-live, cannot be started: .*; install/);
    assert.equal(await prompt.type('1 + 1'), '  1 + 1 = 2\r\n');
}, {BACKSTEP_LIVE: '/nowhere/backstep-live'}));

await test('a program that says nothing is given up', () => withPrompt(async prompt => {
    assert.match(await prompt.type('view'), /error: the page could not be set up/);
    assert.equal(prompt.helpers.length, 0);
}, {BACKSTEP_LIVE: '/bin/true'}));

await test('Ctrl-C at the prompt leaves the page alone', () => withPrompt(async prompt => {
    await prompt.view();
    prompt.process.stdin.write('half a line\x03');
    await prompt.see('\u2207 ');
    assert.equal(prompt.helpers.length, 1);
}));

await test('the program ends with the prompt, also with one that is killed', async () => {
    for (const signal of [null, 'SIGKILL', 'SIGHUP', 'SIGTERM']) {
        const prompt = new Prompt();
        await prompt.begin();
        const page = await follow(await prompt.view());
        const [program] = prompt.helpers;
        assert.ok(runs(program));
        if (signal !== null) {
            process.kill(prompt.pid, signal);
        } else {
            prompt.process.stdin.write('quit\n');
        }
        await until(() => !runs(program) && page.closed, `it ends (${signal})`);
        await prompt.close();
    }
});

await test('a program is found by its name in absolute folders of PATH only, with no files of ours', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstep-path-'));
    const mine = join(folder, 'gnuplot');
    writeFileSync(mine, `#!/bin/sh\nls -l /proc/self/fd >${folder}/ran\nexit 1\n`, {mode: 0o755});
    const draw = (path, cwd) => spawnSync('bash',
        ['-c', 'exec 7</etc/passwd; exec "$0" -e "plot x from -1 to 1 out.svg"', program],
        {cwd, env: {...process.env, PATH: path, HOME: folder}});
    draw(`.::/usr/bin:/bin`, folder);
    assert.ok(!existsSync(join(folder, 'ran')), 'one in the working directory is not run');
    draw(`${folder}:/usr/bin:/bin`, folder);
    assert.ok(!readFileSync(join(folder, 'ran'), 'utf8').includes('passwd'), 'it has no file but its own');
    rmSync(folder, {recursive: true});
});

await test('a browser is opened once, where there is one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstep-live-'));
    const browser = join(folder, 'browser');
    writeFileSync(browser, `#!/bin/sh\necho "$1" >>${folder}/opened\n`, {mode: 0o755});
    await withPrompt(async prompt => {
        const address = await prompt.view();
        await prompt.view();
        const opened = () => existsSync(`${folder}/opened`) && readFileSync(`${folder}/opened`, 'utf8');
        await until(() => (opened() || '').endsWith('\n'), 'it opens');
        await pause(100);
        // What the browser is given, and everybody can see, is a file that the learner alone can read.
        const file = opened().trim();
        assert.ok(!file.includes('http') && statSync(file).mode % 0o1000 === 0o600, file);
        assert.ok(readFileSync(file, 'utf8').includes(`url=${address}"`));
    }, {BROWSER: `${browser}:other`});
    await withPrompt(async prompt => {
        assert.ok(await prompt.view() !== undefined);
    }, {BROWSER: '/nowhere'});
    rmSync(folder, {recursive: true});
});

finish();
