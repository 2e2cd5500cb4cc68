// backstep-live as strangers, slow readers and crowds meet it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, finish, test } from '../page/check.mjs';
import { Server, pause, until } from './server.mjs';

const server = await new Server().begin();

// Milliseconds in which news must be there however others behave. The server waits for nobody; one
// that waited would do so until it drops who is idle, after 10 s.
const SOON = 8000;

// ---- Strangers ----------------------------------------------------------------------------------

await test('the address holds 128 random bits, new each time', async () => {
    const other = await new Server().begin();
    assert.notEqual(other.token, server.token);
    assert.equal(await other.end(), 0);
});

await test('the page comes whole, with a strict policy', async () => {
    for (const [path, type, start] of [['', 'text/html', '<!DOCTYPE html>'],
                                       ['style.css', 'text/css', '/*'],
                                       ['live.js', 'text/javascript', '']]) {
        const answer = await server.raw(server.request({path: `/${server.token}/${path}`}));
        const [head, body] = [answer.slice(0, answer.indexOf('\r\n\r\n')),
                              answer.slice(answer.indexOf('\r\n\r\n') + 4)];
        assert.match(head, /^HTTP\/1\.1 200 /);
        assert.ok(body.startsWith(start) && body.length > 1000);
        assert.match(head, new RegExp(`^Content-Type: ${type}; charset=utf-8\r?$`, 'm'));
        assert.match(head, /^Content-Security-Policy: default-src 'none'; script-src 'self';/m);
        assert.ok(!head.includes('unsafe'));
        assert.match(head, /^X-Content-Type-Options: nosniff\r?$/m);
        assert.match(head, /^Referrer-Policy: no-referrer\r?$/m);
        assert.match(head, /^Cache-Control: no-store\r?$/m);
        assert.doesNotMatch(head, /^(Access-Control|Set-Cookie)/m);
    }
});

const refused = (name, status, request) => test(`refused: ${name}`, async () => {
    assert.equal(await server.status(typeof request === 'string' ? request : server.request(request)),
                 status);
});

await refused('a foreign host', 403, {host: 'example.org'});
await refused('a foreign host that is led here', 403, {host: `example.org:${server.port}`});
await refused('localhost', 403, {host: `localhost:${server.port}`});
await refused('no port', 403, {host: '127.0.0.1'});
await refused('another port', 403, {host: '127.0.0.1:80'});
await refused('two hosts', 403, {more: [`Host: ${server.host}`]});
await refused('two hosts, one foreign', 403, {more: ['Host: example.org']});
await refused('no host', 400, {host: null});
await refused('no host, in the old way', 403, `GET /${server.token}/ HTTP/1.0\r\n\r\n`);
await refused('a foreign origin', 403, {more: ['Origin: http://example.org']});
await refused('a foreign origin of a file', 403, {more: ['Origin: null']});
await refused('the origin with another scheme', 403, {more: [`Origin: https://${server.host}`]});
await refused('no token', 404, {path: '/'});
await refused('half a token', 404, {path: `/${server.token.slice(0, 16)}/`});
await refused('the token without a slash', 404, {path: `/${server.token}`});
await refused('the token in capitals', 404, {path: `/${'A'.repeat(32)}/`});
for (const i of [0, 15, 31]) {
    const other = server.token[i] === '0' ? '1' : '0';
    await refused(`a token that differs at ${i}`, 404,
                  {path: `/${server.token.slice(0, i)}${other}${server.token.slice(i + 1)}/`});
}
for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PATCH', 'NONSENSE']) {
    await refused(method, 405, {method});
}
await refused('a body', 400, {more: ['Content-Length: 5']});
await refused('a body in pieces', 400, {more: ['Transfer-Encoding: chunked']});
await refused('..', 400, {path: '/../../etc/passwd'});
await refused('.. behind the token', 400, {path: `/${server.token}/../../etc/passwd`});
await refused('.. in code', 404, {path: `/${server.token}/%2e%2e/%2e%2e/etc/passwd`});
await refused('.. in code of code', 404, {path: `/${server.token}/%252e%252e/`});
await refused('.. in bytes too many', 404, {path: `/${server.token}/%c0%ae%c0%ae/`});
await refused('.. behind backslashes', 400, {path: `/${server.token}\\..\\..\\etc`});
await refused('a host with a user', 403, {host: `127.0.0.1@${server.host}`});
await refused('a host in hexadecimal', 403, {host: `0x7f000001:${server.port}`});
await refused('a host over two lines', 400, {host: `127.0.0.1\r\n :${server.port}`});
await refused('an address with another host in it', 404,
              {path: `http://example.org/${server.token}/`});
await refused('two lengths', 400, {more: ['Content-Length: 0', 'Transfer-Encoding: chunked']});
await refused('what is not there', 404, {path: `/${server.token}/other`});
await refused('a long path', 404, {path: `/${server.token}/${'x'.repeat(4000)}`});
await refused('a hundred headers', 431,
              {more: Array.from({length: 100}, (_, i) => `X-${i}: y`)});

// Too much for the connection's memory: an answer, if any, that refuses.
const overlong = (name, request) => test(`refused: ${name}`, async () => {
    const status = await server.status(request);
    assert.ok(status === 0 || (status >= 400 && status < 500), `${status}`);
});

await overlong('a request line of 100 KB', server.request({path: `/${'x'.repeat(100000)}`}));
await overlong('a header of 100 KB', server.request({more: [`X-Long: ${'y'.repeat(100000)}`]}));
await overlong('ten thousand headers',
               server.request({more: Array.from({length: 10000}, (_, i) => `X-${i}: y`)}));
await overlong('a line without end', 'GET /'.padEnd(1 << 20, 'x'));
await overlong('no HTTP', '\0\u0001\u0002\u0003 what is this\r\n\r\n');
await overlong('TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
await test('the page itself may name its origin', async () => {
    assert.equal(await server.status(server.request({more: [`Origin: http://${server.host}`]})), 200);
});

await test('nobody is let in from elsewhere', async () => {
    await assert.rejects(new Promise((done, fail) => {
        net.connect(server.port, '127.0.0.2', done).on('error', fail);
    }));
});

await test('a port that is taken is named', async () => {
    const second = new Server({port: server.port});
    assert.equal(await second.said, `port ${server.port} is taken by another program\n`);
    assert.equal(await second.ended, 1);
});

// ---- Pages --------------------------------------------------------------------------------------

const DOT = 'digraph { a -> b }';

await test('pages are told what is new, and a late one the present', async () => {
    const early = await server.follow();
    server.tell('log', {number: 1, typed: 'a = 2', words: '  a = 2\n'});
    server.tell('scene', {kind: 'scene', root: 'n1'}, 7);
    server.tell('dot', DOT, 7);
    server.tell('state', {n: 1});
    server.tell('state', {n: 2});
    await until(() => early.last('picture') !== undefined && early.last('state')?.n === 2, 'early');
    const picture = early.last('picture');
    assert.equal(picture.graph, 7);
    assert.deepEqual(picture.scene, {kind: 'scene', root: 'n1'});
    assert.match(picture.svg, /^<svg[^]*<\/svg>\s*$/);
    const late = await server.follow();
    await until(() => late.last('state')?.n === 2 && late.last('picture') && late.last('log'), 'late');
    assert.match(late.head, /Content-Type: text\/event-stream/);
    assert.equal(late.events.filter(({event}) => event === 'state').length, 1);
    early.close();
    late.close();
});

await test('the log is kept to its last 200 lines', async () => {
    for (let number = 2; number <= 1000; number++) {
        server.tell('log', {number, typed: 'step', words: ''});
    }
    server.tell('state', {n: 'after the log'});
    await until(async () => {
        const page = await server.follow();
        await until(() => page.last('log') !== undefined, 'a log');
        await pause(100);
        page.close();
        return page.last('log').number === 1000 &&
            page.events.filter(({event}) => event === 'log').length === 200;
    }, 'two hundred lines');
});

await test('of many layouts only the newest is made', async () => {
    const page = await server.follow();
    for (let graph = 100; graph < 160; graph++) {
        server.tell('scene', {graph}, graph);
        server.tell('dot', DOT, graph);
    }
    await until(() => page.last('picture')?.graph === 159, 'the newest');
    assert.ok(page.events.filter(({event}) => event === 'picture').length < 30);
    page.close();
});

await test('a graph that cannot be laid out, and one that takes too long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstep-live-'));
    const slow = join(folder, 'slow');
    writeFileSync(slow, '#!/bin/sh\nsleep 100\n', {mode: 0o755});
    for (const [options, dot, trouble] of [
        [{}, 'this is no graph', 'the layout failed'],
        [{drawer: slow, seconds: 1}, DOT, 'the layout took more than 1 s'],
        [{drawer: '/nowhere'}, DOT, 'the program that draws pictures cannot be started']]) {
        const other = await new Server(options).begin(), page = await other.follow();
        other.tell('scene', {}, 3);
        other.tell('dot', dot, 3);
        await until(() => page.last('picture') !== undefined, trouble);
        assert.deepEqual(page.last('picture'), {graph: 3, scene: {}, trouble});
        // What is said meanwhile and afterwards still comes.
        other.tell('state', {n: 5});
        await until(() => page.last('state')?.n === 5, 'a state');
        page.close();
        assert.equal(await other.end(), 0);
    }
    rmSync(folder, {recursive: true});
});

// ---- Crowds and slow ones -----------------------------------------------------------------------

await test('a thousand connections: a bounded number stays, and who is there is served', async () => {
    const page = await server.follow(), before = server.memory();
    const crowd = await Promise.all(Array.from({length: 1000}, () => server.connect()));
    let open = crowd.length;
    crowd.forEach(socket => socket.on('error', () => {}).on('close', () => open--).resume());
    await until(() => open <= 64, 'the rest is closed');
    server.tell('state', {n: 'in the crowd'});
    await until(() => page.last('state')?.n === 'in the crowd', 'a state', SOON);
    assert.ok(open > 0);
    assert.ok(server.memory() < before + 8192, `${server.memory()} KB`);
    crowd.forEach(socket => socket.destroy());
    await until(async () => await server.status(server.request()) === 200, 'a page again');
    page.close();
});

await test('a thousand who begin a request and never end it keep nobody out', async () => {
    const crowd = await Promise.all(Array.from({length: 1000}, () => server.connect()));
    crowd.forEach(socket => socket.on('error', () => {}).resume().write('GET / HTTP/1.1\r\nHost:'));
    for (let i = 0; i < 5; i++) {
        const at = Date.now();
        assert.equal(await server.status(server.request()), 200);
        assert.ok(Date.now() - at < SOON, `${Date.now() - at} ms`);
    }
    const page = await server.follow();
    server.tell('state', {n: 'past the half'});
    await until(() => page.last('state')?.n === 'past the half', 'a state', SOON);
    crowd.forEach(socket => socket.destroy());
    page.close();
});

await test('three hundred who follow and slam the door at once leave nothing behind', async () => {
    const before = server.memory();
    for (let i = 0; i < 300; i++) {
        const socket = await server.connect();
        socket.on('error', () => {}).write(server.request({path: `/${server.token}/events`}));
        socket.resetAndDestroy();
    }
    const page = await server.follow();
    server.tell('state', {n: 'after the doors'});
    await until(() => page.last('state')?.n === 'after the doors', 'a state', SOON);
    assert.ok(server.memory() < before + 8192, `${server.memory()} KB`);
    page.close();
});

await test('a seventeenth page is asked to come later, and can when another has gone', async () => {
    const pages = await Promise.all(Array.from({length: 16}, () => server.follow()));
    assert.equal(await server.status(server.request({path: `/${server.token}/events`})), 503);
    pages[3].close();
    pages.push(await server.follow());
    pages.forEach(page => page.close());
});

await test('one that does not read costs a bounded memory, and holds nobody up', async () => {
    const before = server.memory(), large = 'x'.repeat(1 << 20);
    const slow = await server.follow(), quick = await server.follow();
    await until(() => slow.events.length > 0, 'it begins');
    slow.socket.pause();
    for (let n = 1; n <= 60; n++) {
        server.tell('state', {n, large});
        await until(() => quick.last('state')?.n === n, `state ${n}`, SOON);
    }
    assert.ok(server.memory() < before + 24 * 1024, `${server.memory() - before} KB more`);
    slow.socket.resume();
    await until(() => slow.last('state')?.n === 60, 'the newest');
    const told = slow.events.filter(({event}) => event === 'state').length;
    assert.ok(told < 20, `it was told ${told} of them`);
    slow.close();
    quick.close();
    server.tell('state', {n: 'small again'});
});

await test('who reads nothing, or never ends a request, is dropped after a while', async () => {
    const page = await server.follow();
    const deaf = await server.follow();
    await until(() => deaf.events.length > 0, 'it begins');
    deaf.socket.pause();
    const half = await server.connect(), drip = await server.connect(), idle = await server.connect();
    let open = 3;
    [half, drip, idle].forEach(socket => socket.on('error', () => {}).on('close', () => open--).resume());
    half.write('GET / HTTP/1.1\r\nHost:');
    const timer = setInterval(() => drip.write('x'), 1000);
    const large = 'x'.repeat(1 << 20);
    for (let n = 0; n < 12; n++) {
        server.tell('state', {n, large});
        await until(() => page.last('state')?.n === n, `state ${n}`, SOON);
    }
    await until(() => open === 0, 'all three are closed', 45000);
    clearInterval(timer);
    deaf.socket.resume();
    await until(() => deaf.closed, 'the deaf one too');
    server.tell('state', {n: 'still here'});
    await until(() => page.last('state')?.n === 'still here', 'the page follows');
    page.close();
});

// ---- The end ------------------------------------------------------------------------------------

await test('it ends with its pipe, pages or not, and also on nonsense', async () => {
    const page = await server.follow();
    await until(() => page.head !== undefined, 'a page');
    const at = Date.now();
    assert.equal(await server.end(), 0);
    assert.ok(Date.now() - at < SOON);
    for (const nonsense of ['x'.repeat(200), 'state 1 99999999999\n', '\n\n\n', 'state -1 x\n']) {
        const other = await new Server().begin();
        other.process.stdin.write(nonsense);
        await other.ended;
    }
});

await test('a layout that runs ends with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstep-live-'));
    const slow = join(folder, 'slow');
    writeFileSync(slow, `#!/bin/sh\necho $$ >${folder}/pid\nsleep 100\n`, {mode: 0o755});
    const other = await new Server({drawer: slow}).begin();
    const drawer = () => {
        try {
            return Number(execFileSync('cat', [`${folder}/pid`], {stdio: ['ignore', 'pipe', 'ignore']}));
        } catch {
            return 0;
        }
    };
    other.tell('scene', {}, 1);
    other.tell('dot', DOT, 1);
    await until(() => drawer() > 0, 'it runs');
    await other.end();
    assert.throws(() => process.kill(drawer(), 0));
    rmSync(folder, {recursive: true});
});

finish();
