// Numbers as the engine writes them: C's %.*g, a tie rounded to even, with a real minus sign.

export const PICTURE_DIGITS = 4;  // significant ones, of the numbers in a picture

// The first `digits` significant digits of v > 0, and the power of ten of the first.
function round(v, digits) {
    // A hundred digits are more than enough to tell a tie from its neighbours.
    const [first, rest, power] = v.toExponential(100).match(/\d+/g);
    const all = first + rest, head = all.slice(0, digits), tail = all.slice(digits);
    const half = '5'.padEnd(tail.length, '0');
    const up = tail > half || (tail === half && Number(head.at(-1)) % 2 === 1);
    const rounded = (BigInt(head) + (up ? 1n : 0n)).toString();
    const sign = v < 1 ? -1 : 1;
    return [rounded.slice(0, digits), sign * Number(power) + rounded.length - digits];
}

// v: a number, or the word for one that JSON cannot hold: "nan", "inf", "-inf".
export function figure(v, digits) {
    if (typeof v === 'string') {
        return v.replace('-', '−');
    }
    if (v === 0) {
        return '0';
    }
    const [all, power] = round(Math.abs(v), digits);
    const point = power < -4 || power >= digits ? 1 : power + 1;
    let text = point > 0 ? all.slice(0, point) + '.' + all.slice(point)
                         : '0.' + '0'.repeat(-point) + all;
    text = text.replace(/\.?0*$/, '');
    if (power < -4 || power >= digits) {
        text += (power < 0 ? 'e−' : 'e+') + String(Math.abs(power)).padStart(2, '0');
    }
    return (v < 0 ? '−' : '') + text;
}
