// A teacher's own lesson, which the page reads itself: packed as the program packs it, to the byte;
// dropped onto the page and played; and told what is wrong with it, and where.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { assert, finish, test } from '../page/check.mjs';
import {answer, begin, close, drop, folder, host, open, type, until} from './playground.mjs';

const lessons = new URL('../../lessons/', import.meta.url);

// What the worker of the page makes of a file.
function pack(name, bytes) {
    const worker = createContext({TextDecoder});
    let said;
    worker.postMessage = message => { said = message; };
    runInContext(`var globalThis = this; ${readFileSync(join(folder, 'markdown.js'), 'utf8')};
                  backstepParts.markdown();`, worker);
    worker.onmessage({data: {name, bytes}});
    return said;
}

const packed = readFileSync(join(folder, '..', 'play', 'lessons.txt'), 'utf8').split('\x1d')
    .filter(lesson => lesson !== '');
await test('every lesson of the course is packed as the program does it', () => {
    for (const lesson of packed) {
        const name = lesson.slice(lesson.indexOf('\x1f') + 1, lesson.indexOf('\x1e'));
        assert.equal(pack(name, readFileSync(new URL(name, lessons))).lesson, lesson, name);
    }
    assert.ok(packed.length > 20);
});

const OWN = `---
id: mine
title: Squares
---

# Squares

A *square* of \`x\`, [seen](http://example.org) from 1. here:

1. first, with $x^2$ and {= 2*3}
   - inner

> quoted

| a | b |
|---|---|
| 1 | \`x\` |

\`\`\`backstep
x = 3
y = x*x
\`\`\`

\`\`\`ask mine.slope
What is \`dy/dx\`?
kind: number
answer: 6
hint: Twice x.
\`\`\`
`;

await test('nested, quoted, linked: parts and their lines', () => {
    const {lesson} = pack('mine.md', new TextEncoder().encode(OWN.replaceAll('\n', '\r\n')));
    assert.deepEqual(lesson.split('\x1e').map(part => part.split('\x1f')), [
        ['lesson', 'mine.md'], ['front', 'id: mine\ntitle: Squares\n'],
        ['text', 'h', '1', '', '6', 'Squares'],
        ['text', 'p', '0', '', '8', 'A *square* of `x`, seen (http://example.org) from 1. here:'],
        ['text', 'b', '1', '1.', '10', 'first, with $x^2$ and {= 2*3}'],
        ['text', 'b', '2', '•', '11', 'inner'], ['text', 'q', '0', '', '13', 'quoted'],
        ['table', '15', '2', '2', 'a', 'b', '1', '`x`'],
        ['code', '20', '0', 'x = 3\ny = x*x\n'],
        ['ask', '25', 'mine.slope', 'What is `dy/dx`?\nkind: number\nanswer: 6\nhint: Twice x.\n'],
        ['end'], ['']]);
});

const browser = begin(), server = await host();

await test('a lesson that is dropped onto the page is played', async () => {
    const page = await open(browser, server.address);
    await drop(page, 'my squares.md', OWN);
    await until(page, () => document.body.dataset.busy === 'no' &&
        document.querySelector('.card') !== null);
    assert.equal(await page.run(() => document.getElementById('lesson-title').textContent), 'Squares');
    await type(page, '6');
    await until(page, () => document.getElementById('lesson').hidden);
    assert.match(await answer(page), /That was “Squares”: 1 of 1 question/);
    assert.deepEqual(page.errors, []);
    await close(page);
});

// What is typed, and the first words of the answer.
const mistakes = {
    'a key that no question has': [OWN.replace('hint:', 'hunt:'), /bad\.md:28: .*'hunt'/],
    'a value that cannot be computed': [OWN.replace('{= 2*3}', '{= 2*)}'), /bad\.md:10: /],
    'HTML': [OWN.replace('> quoted', '<div>loud</div>\n'), /bad\.md:13: HTML is not shown in a lesson/],
    'no front matter': [OWN.replace(/^---[^]*?---\n/, ''), /has no front matter|begins with|---/],
    'one that is not closed': ['---\nid: mine\n', /bad\.md:1: the front matter is not closed/],
    'a control character': [OWN.replace('quoted', 'quo\u0007ted'), /bad\.md:13: there is a control/],
    'what separates the parts of a pack': [OWN.replace('quoted', '\u001eend\u001e'), /bad\.md:13: /],
};

await test('mistakes are told with their line', async () => {
    const page = await open(browser, server.address);
    for (const [what, [text, expected]] of Object.entries(mistakes)) {
        await drop(page, 'bad.md', text);
        await until(page, () => document.body.dataset.busy === 'no' &&
            document.querySelector('#entries > :last-child .bs-error') !== null);
        assert.match(await answer(page), expected, what);
        await type(page, 'a = 1');
    }
    await type(page, 'lesson nowhere.md');
    assert.match(await answer(page), /there is no lesson 'nowhere\.md' here; .*drop one of your own/s);
    assert.deepEqual(page.errors, []);
    await close(page);
});

await browser.close();
server.close();
finish();
