// Links into the playground:
//
//   #l=two-paths   begins this lesson
//   #s=…           a session: its script, as UTF-8, compressed (deflate-raw), in base64url
//   #n             narrow: no heading, for a frame on another page; joined to the others by &
//
// A link is opened whole or not at all, and is bounded before it is unpacked.

const PACKED_MOST = 16 * 1024, TEXT_MOST = 64 * 1024;  // characters, bytes

function fromBase64(text) {
    if (!/^[\w-]*$/.test(text)) {
        throw new Error('it has signs that no link has');
    }
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')),
                           sign => sign.charCodeAt(0));
}

async function bytesOf(stream, most) {
    const reader = stream.getReader(), parts = [];
    let length = 0;
    for (;;) {
        const {done, value} = await reader.read();
        if (done) {
            break;
        }
        length += value.length;
        if (length > most) {
            reader.cancel().catch(() => {});
            throw new Error('its session is too long');
        }
        parts.push(value);
    }
    const all = new Uint8Array(length);
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
}

const through = (bytes, stream) => new Blob([bytes]).stream().pipeThrough(stream);

// What the core asks for when it makes a link: the text, compressed.
export const compressed = text => bytesOf(
    through(new TextEncoder().encode(text), new CompressionStream('deflate-raw')), TEXT_MOST + 1024);

async function unpack(text) {
    if (text.length > PACKED_MOST) {
        throw new Error('it is too long');
    }
    let bytes;
    try {
        bytes = await bytesOf(through(fromBase64(text), new DecompressionStream('deflate-raw')),
                              TEXT_MOST);
    } catch (error) {
        throw error.message.startsWith('it') ? error : new Error('it is damaged');
    }
    try {
        return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
    } catch {
        throw new Error('it is damaged');
    }
}

// {lesson} or {script}, and {narrow}; {trouble: why it cannot be opened}.
export async function read(fragment) {
    const fields = new Map(fragment.replace(/^#/, '').split('&').map(each => {
        const at = each.indexOf('=');
        return at < 0 ? [each, ''] : [each.slice(0, at), each.slice(at + 1)];
    }));
    const narrow = fields.has('n');
    if (fields.has('l')) {
        const lesson = fields.get('l');
        return /^[\w.-]{1,64}$/.test(lesson) ? {narrow, lesson}
            : {narrow, trouble: 'This link names no lesson.'};
    }
    if (fields.has('s')) {
        try {
            return {narrow, script: await unpack(fields.get('s'))};
        } catch (error) {
            return {narrow, trouble: `This link cannot be opened: ${error.message}.`};
        }
    }
    return {narrow};
}
