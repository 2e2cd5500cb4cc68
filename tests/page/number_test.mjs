// The page writes numbers as the engine does, to the last digit.
import { readFileSync } from 'node:fs';
import { writer } from './engine.mjs';
import { assert, finish, test } from './check.mjs';

const source = readFileSync(new URL('../../src/web/page/number.js', import.meta.url));
const { figure } = await import(`data:text/javascript;base64,${source.toString('base64')}`);

// Decimal ties, ends of the ranges in which C changes its notation, what rounds up to a new digit.
const hard = [0, -0, 1, -1, 0.5, 12345, 1234.5, 1233.5, 123450, 0.00012345, 0.0001, 0.00009999999,
    99999.5, 999999.5, 1000000, 1e5, 1e21, 123456789, 1e-5, 2.5, 0.125, 2097151.5, 1048575.5, 3e-300,
    5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 100, 1e100];

// The same numbers every time, of all sizes: xorshift32.
function* random(count) {
    let state = 2463534242;
    for (let i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        yield (state / 65536) * 10 ** (((state >>> 7) % 40) - 20);
    }
}

const numbers = [...hard, ...random(2000)];
for (const digits of [1, 2, 4, 6, 10, 17]) {
    await test(`${digits} digits`, () => {
        const expected = writer(numbers, digits);
        for (const v of numbers) {
            assert.equal(figure(v, digits), expected(v), `${v}`);
        }
    });
}

await test('what is no number', () => {
    assert.deepEqual(['nan', 'inf', '-inf'].map(word => figure(word, 4)), ['nan', 'inf', '−inf']);
});

finish();
