// The players in docs/gallery/ are those that the program writes today, and they play.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { backstep } from './engine.mjs';
import { gallery, shown } from './graphs.mjs';
import { assert, finish, test } from './check.mjs';

const folder = mkdtempSync(join(tmpdir(), 'backstep-page-'));
const browser = new Browser();

// Another Graphviz may draw a graph a little differently; all else is ours.
const withoutDrawing = page => page.replace(/<svg[^]*<\/svg>/, '');

for (const {name, text, root} of shown) {
    await test(`${name}.html is up to date (make docs)`, () => {
        const now = join(folder, `${name}.html`);
        backstep(['-e', `${text}\ngraph ${root} ${now}`]);
        const [written, kept] = [now, `${gallery}${name}.html`].map(
            path => withoutDrawing(readFileSync(path, 'utf8')));
        assert.ok(written === kept, 'the page or its records have changed');
    });
    await test(`${name}.html plays to its end`, async () => {
        const page = await browser.open(`file://${gallery}${name}.html`);
        await page.press('End');
        const [last, pass] = await page.run(() => [document.getElementById('count').value,
                                                   document.body.dataset.pass]);
        assert.match(last, /^(\d+) of \1$/);
        assert.equal(pass, 'backward');
        assert.deepEqual(page.errors, []);
        await page.close();
    });
}

await test('the gallery is small', () => {
    const bytes = shown.reduce((sum, {name}) => sum + statSync(`${gallery}${name}.html`).size, 0);
    assert.ok(bytes < 1 << 20, `${bytes} bytes`);
});

await browser.close();
rmSync(folder, {recursive: true});
finish();
