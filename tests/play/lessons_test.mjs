// Lessons in the playground, answered on their cards as a learner does: three of them rightly to the
// end, and what is kept of them.
import { readFileSync } from 'node:fs';
import { assert, finish, test } from '../page/check.mjs';
import { answer, begin, close, file, host, open, single, type, until } from './playground.mjs';

const browser = begin(), server = await host();
const PHONE = {width: 390, height: 844}, DESKTOP = {width: 1280, height: 800};

// The lines with which a `do` question is solved.
function solveLines(lesson, question) {
    const text = readFileSync(new URL(`../../lessons/${lesson}`, import.meta.url), 'utf8');
    const block = text.split('```ask ').find(each => each.startsWith(`${question}\n`));
    return [...block.matchAll(/^solve: (.*)$/gm)].map(match => match[1]);
}

// The right answer, from the core.
const key = page => page.run(() => new Promise(resolve => {
    const worker = globalThis.workers.find(each => each.isCore);
    const hear = ({data}) => {
        if (data.job === -1) {
            worker.removeEventListener('message', hear);
            resolve(data.key);
        }
    };
    worker.addEventListener('message', hear);
    worker.postMessage({do: 'key', job: -1});
}));

const card = page => page.run(() => {
    const open = [...document.querySelectorAll('.card')].findLast(
        each => each.dataset.closed === undefined);
    return open === undefined ? null : {
        kind: open.className.match(/ask-(\w+)/)[1],
        number: Number(open.getAttribute('aria-label').match(/\d+/)[0]),
        question: open.dataset.question,
        cells: [...open.querySelectorAll('.cells input:not([readonly])')].length,
    };
});

// Answers on the open card, by clicks and by typing into its fields.
async function answerCard(page, kind, right) {
    await page.run((kind, right) => {
        const open = [...document.querySelectorAll('.card')].findLast(
            each => each.dataset.closed === undefined);
        const option = letter => [...open.querySelectorAll('.option')].find(
            each => each.querySelector('.letter, input').textContent === letter ||
                each.querySelector('input')?.value === letter);
        if (kind === 'choice') {
            option(right).click();
            return;
        }
        if (kind === 'multi' || kind === 'order') {
            right.split(/[ ,]+/).forEach(letter => option(letter).click());
        } else if (kind === 'fill') {
            const fields = [...open.querySelectorAll('.cells input:not([readonly])')];
            right.split(',').forEach((value, i) => { fields[i].value = value.replace(/.*=/, '').trim(); });
        } else {
            open.querySelector('input, textarea').value = right;
        }
        open.querySelector('form').requestSubmit();
    }, kind, right);
    await until(page, () => document.body.dataset.busy === 'no');
}

const LESSON = {'two-paths': '07-two-paths.md', slope: '01-slope.md', gates: '06-gates.md'};

async function playToTheEnd(page, lesson) {
    await type(page, `lesson ${lesson}`);
    const kinds = new Set();
    for (let i = 0; i < 40; i++) {
        const open = await card(page);
        if (open === null) {
            break;
        }
        kinds.add(open.kind);
        if (open.kind === 'do') {
            await type(page, ...solveLines(LESSON[lesson], open.question));
        } else {
            await answerCard(page, open.kind, open.kind === 'recall' ? 'in my words' : await key(page));
        }
        const next = await card(page);
        assert.notDeepEqual(next, open, `question ${open.number} of ${lesson} stays open`);
    }
    assert.match(await answer(page), /That was “.*”: (\d+) of \1 questions right at once/);
    assert.equal(await page.run(() => document.getElementById('lesson').hidden), true);
    return kinds;
}

const met = new Set();
for (const [lesson, address, size] of [['two-paths', server.address, DESKTOP], ['slope', file, PHONE],
                                       ['gates', single, DESKTOP]]) {
    await test(`${lesson}, to the end`, async () => {
        const page = await open(browser, address, {...size, watch: true});
        (await playToTheEnd(page, lesson)).forEach(kind => met.add(kind));
        await type(page, 'progress');
        assert.match(await answer(page), /answers?/);
        assert.deepEqual(page.errors, []);
        await close(page);
    });
}

await test('the lessons have most kinds of questions', () => {
    assert.ok(['number', 'choice', 'fill'].every(kind => met.has(kind)), [...met].join());
});

await test('progress is kept, and two tabs lose nothing', async () => {
    const one = await open(browser, server.address, {watch: true});
    const other = await open(browser, server.address, {watch: true});
    for (const page of [one, other]) {
        await type(page, 'lesson two-paths');
    }
    for (const page of [one, other]) {
        await type(page, await key(page));
    }
    await until(one, () => Object.keys(localStorage).filter(
        name => name.startsWith('backstep:answer:')).length === 2);
    await one.close();
    await other.go(server.address);
    await until(other, () => document.body.dataset.ready === 'yes');
    await type(other, 'lessons');
    const lesson = await other.run(() => [...document.querySelectorAll('button.lesson')]
        .map(each => each.textContent).find(each => each.includes('two paths')));
    assert.match(lesson, /1\/7/);
    await close(other);
});

await test('every kind of question has a card', async () => {
    const page = await open(browser, server.address, {watch: true});
    // A card of each kind, made of a record as the core makes them.
    await type(page, 'quiz interview');
    await until(page, () => document.querySelector('.ask-recall') !== null);
    await answerCard(page, 'recall', 'a gradient for every parameter');
    await until(page, () => document.querySelector('.card [type="checkbox"], .rates') !== null);
    await page.run(() => {
        const card = [...document.querySelectorAll('.card')].at(-1);
        (card.querySelector('.rates button') ?? card.querySelector('[type="checkbox"]')).click();
        card.querySelector('form')?.requestSubmit();
    });
    await until(page, () => document.querySelector('.card[data-closed="rated"]') !== null);
    await type(page, 'quit');
    assert.deepEqual(page.errors, []);
    await close(page);
});

await browser.close();
server.close();
finish();
