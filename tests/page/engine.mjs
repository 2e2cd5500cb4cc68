// The program itself, asked for what the page ought to show.
import { execFileSync } from 'node:child_process';

const program = process.env.BACKSTEP ?? 'build/backstep';

export function backstep(args, options = {}) {
    return execFileSync(program, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
                                        maxBuffer: 1 << 28, ...options});
}

// What a text answers, as records.
export function records(text) {
    return backstep(['--json', '-e', text]).trim().split('\n').map(line => JSON.parse(line));
}

// The steps of both passes, one record each. (A command shows its last twenty.)
export const walk = (text, root) => records(`${text}\nstep ${root}${'\nstep 20'.repeat(50)}`)
    .filter(record => record.kind === 'step');

// A function that writes each of these numbers with that many significant digits, as `print` does,
// but with the page's minus sign.
export function writer(numbers, digits) {
    const finite = [...new Set(numbers.filter(v => typeof v === 'number'))];
    const texts = backstep(['-e', `precision ${digits}; print ${finite.join(', ') || '0'}`])
        .trim().split(' ');
    const known = new Map(finite.map((v, i) => [v, texts[i]]));
    return v => (known.get(v) ?? String(v)).replaceAll('-', '−');
}
