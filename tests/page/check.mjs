// Tests with names, counted: `N passed, M failed` is the last line, as tools/count wants it.
import assert from 'node:assert/strict';

let passed = 0, failed = 0;

export async function test(name, body) {
    try {
        await body();
        passed++;
    } catch (error) {
        failed++;
        console.log(`${name}\n    ${error.stack.replaceAll('\n', '\n    ')}`);
    }
}

export function finish() {
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
}

export { assert };
