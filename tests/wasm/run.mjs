// backstep in node, without the program:  node tests/wasm/run.mjs CORE.wasm [--json] FILE… | -e CODE
//
// Runs scripts as backstep runs them: answers on standard output, errors and notices on standard
// error, exit status 0, or 1 after an error.
import fs from 'node:fs';
import { Session } from './door.mjs';

const [modulePath, ...rest] = process.argv.slice(2);
const json = rest[0] === '--json';
const words = json ? rest.slice(1) : rest;

if (modulePath === undefined || words.length === 0) {
    console.error('node run.mjs CORE.wasm [--json] FILE… | -e CODE');
    process.exit(2);
}

const say = (answers, trouble) => {
    fs.writeSync(1, answers);
    fs.writeSync(2, trouble);
};

function read(path) {
    try {
        return fs.readFileSync(path);
    } catch (e) {
        console.error(`backstep: '${path}' cannot be read: ${e.code}`);
        return null;
    }
}

const texts = words[0] === '-e' ? [['-e', () => Buffer.from(words[1] ?? '')]]
                                : words.map((path) => [path, () => read(path)]);
const session = new Session(modulePath);
if (json) {
    fs.writeSync(1, session.hello());
}
const ok = texts.every(([name, text]) => {
    const bytes = text();
    return bytes !== null && session.run(name, bytes, say, { json });
});
process.exit(ok ? 0 : 1);
