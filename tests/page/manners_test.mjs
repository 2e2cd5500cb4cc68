// How the page behaves: keys, contrast, paper, narrow windows, screen readers, and names that try
// to be more than text.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { backstep } from './engine.mjs';
import { faint } from './eyes.mjs';
import { shown } from './graphs.mjs';
import { assert, finish, test } from './check.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-page-'));
const browser = new Browser();

function exported({name, text, root}) {
    const path = join(folder, `${name}.html`);
    backstep(['-e', `${text}\ngraph ${root} ${path}`]);
    return `file://${path}`;
}

const find = name => shown.find(graph => graph.name === name);
const canonical = exported(find('canonical')), micrograd = exported(find('micrograd'));
const gates = exported(find('gates'));

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const count = page => page.run(() => document.getElementById('count').value);
const focused = page => page.run(() => document.activeElement.closest('.node')?.id ||
    document.activeElement.id || document.activeElement.tagName);
const told = page => page.run(() => document.querySelector('#about h2')?.textContent ?? '');

async function with_(url, settings, body) {
    const page = await browser.open(url, settings);
    await body(page);
    assert.deepEqual(page.errors, []);
    await page.close();
}

// ---- Keys ---------------------------------------------------------------------------------------

await test('Tab goes from the picture to the player to all steps', () =>
    with_(canonical, {}, async page => {
        const order = [];
        for (let i = 0; i < 6; i++) {
            await page.press('Tab');
            order.push(await focused(page));
        }
        assert.deepEqual(order, ['n1', 'back', 'play', 'step', 'place', 'SUMMARY']);
    }));

await test('arrows, Home and End step from anywhere', () => with_(canonical, {}, async page => {
    const keys = ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'ArrowRight', 'ArrowLeft', 'Home',
                  'ArrowLeft'];
    const places = [];
    for (const key of keys) {
        await page.press(key);
        places.push((await count(page)).split(' ')[0]);
    }
    assert.deepEqual(places, ['1', '2', '1', '7', '7', '6', '0', '0']);
    // On the slider they do what they always do, once.
    await page.run(() => document.getElementById('place').focus());
    await page.press('ArrowRight');
    assert.equal(await count(page), '1 of 7');
}));

await test('up and down go from value to value, Enter tells, Escape puts away', () =>
    with_(canonical, {}, async page => {
        await page.press('Tab');
        await page.press('ArrowDown');
        assert.equal(await focused(page), 'n2');
        await page.press('ArrowUp');
        await page.press('ArrowUp');
        assert.equal(await focused(page), 'n7');
        await page.press('Enter');
        assert.equal(await told(page), 'L = d*f = −8');
        await page.press('Enter');
        assert.equal(await told(page), '');
        await page.press(' ');
        assert.equal(await told(page), 'L = d*f = −8');
        assert.equal(await count(page), '0 of 7', 'a space on a value does not play');
        await page.press('Escape');
        assert.equal(await told(page), '');
    }));

await test('the focus stays on a button that has come to its end', () =>
    with_(canonical, {}, async page => {
        await page.run(() => document.getElementById('step').focus());
        for (let i = 0; i < 8; i++) {
            await page.press('Enter');
        }
        assert.equal(await count(page), '7 of 7');
        assert.equal(await focused(page), 'step');
    }));

await test('Space plays and pauses, and playing ends at the end', () =>
    with_(canonical, {}, async page => {
        const label = () => page.run(() => document.getElementById('play').textContent);
        await page.press(' ');
        assert.equal(await count(page), '1 of 7');
        assert.equal(await label(), 'Pause');
        await pause(1900);
        assert.equal(await count(page), '2 of 7');
        await page.press(' ');
        assert.equal(await label(), 'Play');
        await page.press('End');
        await page.press('ArrowLeft');
        await page.press(' ');
        assert.equal(await count(page), '7 of 7');
        assert.equal(await label(), 'Play');
        await page.press(' ');
        assert.equal(await count(page), '0 of 7', 'at the end, playing starts anew');
    }));

// ---- Eyes ---------------------------------------------------------------------------------------

for (const dark of [false, true]) {
    for (const [name, url] of Object.entries({canonical, micrograd, gates})) {
        await test(`contrast of ${name}, ${dark ? 'dark' : 'light'}`, () =>
            with_(url, {dark}, async page => {
                await page.run(() => { document.getElementById('steps').open = true; });
                const steps = Number((await count(page)).split(' ').at(-1));
                for (let k = 0; k <= steps; k++) {
                    if (k === Math.floor(steps / 2)) {
                        await page.click('#n1');
                    }
                    const {found, seen} = await page.run(faint);
                    assert.deepEqual(found, [], `step ${k}`);
                    assert.ok(seen > 40, `${seen} texts`);
                    await page.press('ArrowRight');
                }
            }));
    }
}

await test('pointing at a value shows it whole', () => with_(gates, {}, async page => {
    await page.press('End');
    await page.hover('#n1');
    const tip = await page.run(() => {
        const {hidden, textContent} = document.getElementById('tip');
        return {hidden, textContent};
    });
    assert.deepEqual(tip, {hidden: false, textContent: 'x = 3gradient 4.5'});
}));

await test('the drawing stays where it is, whatever is known', () =>
    with_(micrograd, {}, async page => {
        const places = () => page.run(() => {
            const {x, y} = document.querySelector('#picture svg').getBoundingClientRect();
            return [...document.querySelectorAll('.node .body')].map(body => {
                const at = body.getBoundingClientRect();
                return [at.x - x, at.y - y, at.width, at.height].map(Math.round);
            });
        });
        const first = await places();
        await page.press('End');
        assert.deepEqual(await places(), first);
    }));

await test('no words stand outside their cells', () => with_(micrograd, {}, async page => {
    for (let k = 0; k <= 51; k++) {
        const outside = await page.run(() => [...document.querySelectorAll('.node')].flatMap(node => {
            const ring = node.querySelector('.ring') ?? node, box = ring.getBoundingClientRect();
            return [...node.querySelectorAll('text')].filter(text => {
                const at = text.getBoundingClientRect();
                return at.width > 0 && (at.left < box.left || at.right > box.right);
            }).map(text => text.textContent);
        }));
        assert.deepEqual(outside, [], `step ${k}`);
        await page.press('ArrowRight');
    }
}));

await test('a narrow window scrolls the picture, never the page sideways', async () => {
    for (const url of [canonical, micrograd]) {
        await with_(url, {width: 360, height: 640}, async page => {
            await page.press('End');
            await page.click('#n1');
            const [wide, inside] = await page.run(() => [
                document.documentElement.scrollWidth > document.documentElement.clientWidth,
                document.querySelector('#picture').scrollWidth > 360]);
            assert.deepEqual([wide, inside], [false, true]);
        });
    }
});

await test('a large picture can be shown whole', () => with_(micrograd, {}, async page => {
    const overflows = () => page.run(() => {
        const {scrollHeight, clientHeight} = document.getElementById('picture');
        return scrollHeight > clientHeight;
    });
    assert.equal(await overflows(), true);
    await page.click('#whole');
    assert.equal(await overflows(), false);
    await page.click('#whole');
    assert.equal(await overflows(), true);
}));

await test('paper has the picture, the values and all steps, and no buttons', () =>
    with_(canonical, {dark: true}, async page => {
        for (let k = 0; k < 5; k++) {
            await page.press('ArrowRight');
        }
        const {data} = await page.ask('Page.printToPDF', {printBackground: true});
        assert.ok(Buffer.from(data, 'base64').subarray(0, 5).toString() === '%PDF-');
        await page.be({paper: true, dark: true});
        const visible = await page.run(() => ['picture', 'story', 'values', 'steps', 'player'].map(
            id => document.getElementById(id).checkVisibility()));
        assert.deepEqual(visible, [true, true, true, true, false]);
        const [open, paper] = await page.run(() => [document.getElementById('steps').open,
            getComputedStyle(document.body).backgroundColor]);
        assert.deepEqual([open, paper], [true, 'rgb(255, 255, 255)']);
    }));

// ---- Ears ---------------------------------------------------------------------------------------

await test('a screen reader is told what is what', () => with_(canonical, {}, async page => {
    for (let k = 0; k < 5; k++) {
        await page.press('ArrowRight');
    }
    const {nodes} = await page.ask('Accessibility.getFullAXTree');
    const of = role => nodes.filter(node => !node.ignored && node.role?.value === role);
    const names = role => of(role).map(node => node.name?.value);
    assert.deepEqual(names('button').sort(), [
        'Back', 'Play', 'Step', 'L = d*f, value −8, gradient 1', 'a, input, value 2, no gradient yet',
        'b, input, value −3, no gradient yet', 'c, input, value 10, no gradient yet',
        'd = e + c, value 4, gradient −2', 'e = a*b, value −6, no gradient yet',
        'f, input, value −2, gradient 4'].sort());
    assert.deepEqual(names('slider'), ['Place in the walk']);
    assert.equal(await page.run(() => document.getElementById('place').ariaValueText),
                 'Backward pass, step 2 of 4');
    assert.deepEqual(names('heading').slice(0, 2), ['L = d*f, step by step', 'Backward pass, step 2 of 4']);
    const live = nodes.find(node => node.name?.value === 'This step');
    assert.equal(live.properties.find(each => each.name === 'live').value.value, 'polite');
    const current = await page.run(() => document.querySelector('.node [aria-current]').closest('.node').id);
    assert.equal(current, 'n7');
}));

// ---- Names that try to be more than text --------------------------------------------------------

const awkward = ['<img src=x onerror="alert(1)">', '</script><script>throw 1</script>', '<!-- x', ']]>',
    '&amp; "quoted" \'too\'', '\u2028\u2029', '\u202e backwards', '{}|\\N\\', '   ', '%7', '__proto__'];

for (const name of awkward) {
    await test(`a value called ${JSON.stringify(name)}`, async () => {
        const url = exported({name: 'awkward', text: 'AWK = 2; L = AWK*AWK', root: 'L'});
        const path = url.slice('file://'.length), page = readFileSync(path, 'utf8');
        const cut = page.indexOf('id="records"');
        const escaped = JSON.stringify(name).slice(1, -1).replaceAll('<', '\\u003c')
            .replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
        const entities = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '&#160;');
        writeFileSync(path, page.slice(0, cut).replaceAll('AWK', () => entities) +
                            page.slice(cut).replaceAll('AWK', () => escaped));
        await with_(url, {}, async opened => {
            await opened.press('End');
            await opened.press('Tab');
            await opened.press('Enter');
            const [heading, elements, asked] = await opened.run(() => [
                document.querySelector('#about .name').textContent,
                document.querySelectorAll('img, script').length, performance.getEntriesByType('resource').length]);
            assert.equal(heading, name);
            assert.equal(elements, 2, 'the two scripts of the page itself');
            assert.equal(asked, 0);
        });
    });
}

await test('the page refuses to fetch anything', () => with_(canonical, {}, async page => {
    const refused = await page.run(async () => {
        const addresses = ['https://example.org/', 'http://127.0.0.1:9/'], blocked = [];
        document.addEventListener('securitypolicyviolation', ({blockedURI}) => blocked.push(blockedURI));
        await Promise.allSettled(addresses.map(url => fetch(url)));
        const picture = new Image();
        await new Promise(resolve => {
            picture.onerror = resolve;
            picture.src = 'http://127.0.0.1:9/picture.png';
        });
        return blocked;
    });
    assert.deepEqual(refused, ['https://example.org/', 'http://127.0.0.1:9/',
                               'http://127.0.0.1:9/picture.png']);
    page.errors.length = 0;  // the browser reports what it refused
}));

// ---- The drawing --------------------------------------------------------------------------------

await test('a drawing is valid XML in which each part has its name', () =>
    with_(canonical, {}, async page => {
        const text = 'η = 2; متغير = 3; 変数 = 4; é = 5; L = η*متغير + 変数/é';
        const path = join(folder, 'drawing.svg');
        backstep(['-e', `${text}; backward L; graph L ${path}`]);
        const ids = await page.run(xml => {
            const drawing = new DOMParser().parseFromString(xml, 'image/svg+xml');
            const wrong = drawing.querySelector('parsererror')?.textContent;
            return wrong ?? [...drawing.querySelectorAll('.node, .edge')].map(part => part.id).sort();
        }, readFileSync(path, 'utf8'));
        assert.deepEqual(ids, ['n1', 'n2', 'n3', 'n4', 'n5', 'n5i0', 'n5i1', 'n6', 'n6i0', 'n6i1', 'n7',
                               'n7i0', 'n7i1']);
    }));

await test('in a frame that is hidden at first it plays once it is shown', async () => {
    const host = join(folder, 'host.html'), frame = new URL(canonical).pathname;
    const page = readFileSync(frame, 'utf8').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    writeFileSync(host, `<!DOCTYPE html><iframe style="display:none" srcdoc="${page}"></iframe>`);
    await with_(`file://${host}`, {}, async page => {
        const count = () => document.querySelector('iframe').contentDocument.querySelector('#count').value;
        await pause(300);
        assert.equal(await page.run(count), '');
        await page.run(() => { document.querySelector('iframe').style.display = 'block'; });
        await pause(300);
        assert.equal(await page.run(count), '0 of 7');
    });
});

await browser.close();
rmSync(folder, {recursive: true});
finish();
