// Unpacks what `xz --format=lzma` packed (the LZMA SDK's specification, lzma-specification.txt). It is
// a tenth smaller than gzip's, which is what browsers bring along; the core takes some 40 ms.
//
// The input is the page's own and is not checked: what is damaged gives other bytes.

const TOP = 0x1000000, BITS = 11, SHIFT = 5, HALF = 1024;  // of the range coder
const STATES = 12, LENGTHS = 4, POSITIONS = 16, SLOTS = 64, ALIGN = 16;
const FIRST_MODEL = 4, LAST_MODEL = 14, LEAST = 2;         // of distances and lengths

const model = count => new Uint16Array(count).fill(HALF);

// The lengths of matches: 8 short ones, 8 middle ones by position, 256 others.
const lengths = () => ({choice: model(2), low: model(POSITIONS * 8), mid: model(POSITIONS * 8),
                        high: model(256)});

// bytes of a whole file; size: of what comes out.
export function unlzma(bytes, size) {
    const lc = bytes[0] % 9, lp = Math.floor(bytes[0] / 9) % 5, pb = Math.floor(bytes[0] / 45);
    const out = new Uint8Array(size), inPosition = (1 << pb) - 1, inLiteral = (1 << lp) - 1;
    const literals = model(0x300 << (lc + lp)), isMatch = model(STATES << 4), isRep = model(STATES);
    const isRep0 = model(STATES), isRep1 = model(STATES), isRep2 = model(STATES);
    const isRep0Long = model(STATES << 4), slots = model(LENGTHS * SLOTS), special = model(128);
    const align = model(ALIGN), matched = lengths(), repeated = lengths();
    let from = 18, at = 0, state = 0, rep0 = 0, rep1 = 0, rep2 = 0, rep3 = 0;
    // Code and range: 32 bits without a sign, which a variable would hold as an object.
    const coder = new Uint32Array([bytes[14] << 24 | bytes[15] << 16 | bytes[16] << 8 | bytes[17], -1]);

    function bit(models, i) {
        const chance = models[i], code = coder[0], range = coder[1];
        const bound = Math.imul(range >>> BITS, chance) >>> 0;
        let found = 0, left = bound;
        if (code < bound) {
            models[i] = chance + ((2048 - chance) >>> SHIFT);
        } else {
            left = range - bound;
            coder[0] = code - bound;
            models[i] = chance - (chance >>> SHIFT);
            found = 1;
        }
        coder[1] = left;
        if (left < TOP) {
            coder[1] = left << 8;
            coder[0] = coder[0] << 8 | bytes[from++];
        }
        return found;
    }

    function tree(models, base, bits) {
        let node = 1;
        for (let i = 0; i < bits; i++) {
            node = node << 1 | bit(models, base + node);
        }
        return node - (1 << bits);
    }

    function reverseTree(models, base, bits) {
        let node = 1, found = 0;
        for (let i = 0; i < bits; i++) {
            const b = bit(models, base + node);
            node = node << 1 | b;
            found |= b << i;
        }
        return found;
    }

    function plainBits(count) {
        let found = 0;
        for (let i = 0; i < count; i++) {
            const half = coder[1] >>> 1, b = coder[0] >= half ? 1 : 0;
            coder[0] -= b ? half : 0;
            coder[1] = half;
            found = found * 2 + b;
            if (half < TOP) {
                coder[1] = half << 8;
                coder[0] = coder[0] << 8 | bytes[from++];
            }
        }
        return found;
    }

    function length(models, position) {
        return !bit(models.choice, 0) ? tree(models.low, position << 3, 3)
            : !bit(models.choice, 1) ? 8 + tree(models.mid, position << 3, 3)
            : 16 + tree(models.high, 0, 8);
    }

    function literal() {
        const before = at > 0 ? out[at - 1] : 0;
        const base = 0x300 * (((at & inLiteral) << lc) + (before >> (8 - lc)));
        let node = 1;
        if (state >= 7) {
            let match = out[at - rep0 - 1];
            while (node < 0x100) {
                const wanted = match >> 7 & 1, b = bit(literals, base + ((1 + wanted) << 8) + node);
                match <<= 1;
                node = node << 1 | b;
                if (wanted !== b) {
                    break;
                }
            }
        }
        while (node < 0x100) {
            node = node << 1 | bit(literals, base + node);
        }
        out[at++] = node & 0xff;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
    }

    function distance(long) {
        const slot = tree(slots, Math.min(long, LENGTHS - 1) * SLOTS, 6);
        if (slot < FIRST_MODEL) {
            return slot;
        }
        const bits = (slot >> 1) - 1, start = (2 | slot & 1) << bits;
        return slot < LAST_MODEL ? start + reverseTree(special, start - slot, bits)
            : start + plainBits(bits - 4) * 16 + reverseTree(align, 0, 4);
    }

    // One of the last four distances again. False: it was a single byte, which is copied.
    function repeat(position) {
        if (!bit(isRep0, state)) {
            if (!bit(isRep0Long, (state << 4) + position)) {
                state = state < 7 ? 9 : 11;
                out[at] = out[at - rep0 - 1];
                at++;
                return false;
            }
            return true;
        }
        let again;
        if (!bit(isRep1, state)) {
            again = rep1;
        } else {
            if (!bit(isRep2, state)) {
                again = rep2;
            } else {
                again = rep3;
                rep3 = rep2;
            }
            rep2 = rep1;
        }
        rep1 = rep0;
        rep0 = again;
        return true;
    }

    while (at < size) {
        const position = at & inPosition;
        if (!bit(isMatch, (state << 4) + position)) {
            literal();
            continue;
        }
        let long;
        if (bit(isRep, state)) {
            if (!repeat(position)) {
                continue;
            }
            long = length(repeated, position);
            state = state < 7 ? 8 : 11;
        } else {
            rep3 = rep2;
            rep2 = rep1;
            rep1 = rep0;
            long = length(matched, position);
            state = state < 7 ? 7 : 10;
            rep0 = distance(long);
        }
        for (let end = Math.min(size, at + long + LEAST); at < end; at++) {
            out[at] = out[at - rep0 - 1];
        }
    }
    return out;
}
