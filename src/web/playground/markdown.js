// In a worker: a lesson in Markdown, packed for the core (src/core/lesson/pack.h) as the program packs
// it (src/host/store/markdown.c and lesson_file.c). A test holds both to the same bytes.

import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';

const MOST = 256 * 1024;  // bytes of a lesson

class Trouble extends Error {
    constructor(line, message, hint = '') {
        super(message);
        Object.assign(this, {line, hint});
    }
}

// ---- What Markdown is not to see ----------------------------------------------------------------
// As src/host/store/mask.c does it: signs of Markdown within {= } and $ $ are control characters while
// it is read.

const MASKS = '*_<[]&\\`$', MASK_FIRST = 0x0e, CLOSES_WITHIN = 1000;

const mask = text => text.replace(/[*_<[\]&\\`$]/g,
                                  sign => String.fromCharCode(MASK_FIRST + MASKS.indexOf(sign)));
const unmask = text => text.replace(/[\x0e-\x16]/g,
                                    sign => MASKS[sign.charCodeAt(0) - MASK_FIRST]);

const isBlank = sign => sign !== undefined && ' \t\n\r'.includes(sign);

function opens(text, i) {
    const after = i > 0 && !isBlank(text[i - 1]) && !'(*_-'.includes(text[i - 1]);
    return i + 1 < text.length && (text.startsWith('{=', i) ||
                                   text[i] === '$' && !after && !isBlank(text[i + 1]));
}

// Past the sign that closes what opens at i, on the same line; 0: nothing does.
function closes(text, i) {
    const isValue = text[i] === '{', end = Math.min(text.length, i + CLOSES_WITHIN);
    for (let k = i + 1; k < end && text[k] !== '\n'; k++) {
        if (isValue ? text[k] === '}' : text[k] === '$' && k > i + 1 && !isBlank(text[k - 1])) {
            return k + 1;
        }
    }
    return 0;
}

function masked(text) {
    let out = '', from = 0;
    for (let i = 0; i < text.length; i++) {
        const end = text[i] === '\\' || !opens(text, i) ? 0 : closes(text, i);
        if (end > 0) {
            out += text.slice(from, i) + mask(text.slice(i, end));
            from = end;
        }
        i = text[i] === '\\' ? i + 1 : end > 0 ? end - 1 : i;
    }
    return out + text.slice(from);
}

// {front, body}: the front matter's lines, and the text with them and the lines around them left
// blank. front undefined: there is none.
function split(text) {
    const begins = /^---\n/.test(text), rest = begins ? text.slice(4) : '';
    const end = /^---[ \t\r]*(\n|$)/m.exec(rest);
    if (begins && end === null) {
        throw new Trouble(1, "the front matter is not closed by a line '---'");
    }
    if (!begins) {
        return {body: text};
    }
    const front = rest.slice(0, end.index), length = 4 + end.index + end[0].length;
    return {front, body: text.slice(0, length).replace(/\S/g, ' ') + masked(text.slice(length))};
}

// ---- Text ---------------------------------------------------------------------------------------

const plain = text => text.replace(/[*`\\$]/g, '\\$&').replaceAll('\n', ' ');

// A link is its text, then its address; an address alone is not said twice.
function link(inside, url, text) {
    return inside + (text === url ? '' : ` (${plain(url)})`);
}

// definitions: label → address
function inline(nodes, definitions) {
    const write = node => {
        const url = node.url ?? definitions.get(node.identifier) ?? '';
        const inside = () => inline(node.children, definitions);
        switch (node.type) {
        case 'text': return plain(node.value);
        case 'html': return node.value.startsWith('<!--') ? '' : plain(node.value);
        case 'inlineCode': return `\`${node.value.replace(/[`\\]/g, '\\$&')}\``;
        case 'break': return ' ';
        case 'emphasis': return `*${inside()}*`;
        case 'strong': return `**${inside()}**`;
        case 'link': case 'linkReference': return link(inside(), url, node.children[0]?.value);
        case 'image': case 'imageReference': return link(plain(node.alt ?? ''), url, node.alt);
        default: return '';
        }
    };
    return nodes.map(write).join('');
}

// ---- Blocks -------------------------------------------------------------------------------------

const FIELD = '\x1f', PART = '\x1e';
const part = (...fields) => fields.join(FIELD) + PART;

class Packer {
    parts = [];
    lists = [];   // for each list that is open its item's next number, 0: bullets
    quotes = 0;
    mark = '';    // of the item that has begun and has no text yet

    constructor(text) {
        this.text = text;
    }

    #tell(...fields) {
        this.parts.push(part(...fields));
        this.mark = '';
    }

    #say(kind, level, line, text, mark = '') {
        this.#tell('text', kind, level, mark, line, text);
    }

    #code({value, lang, meta, position: {start}}) {
        const lines = value === '' ? '' : `${value}\n`, line = start.line;
        if (!/^(`{3}|~{3})/.test(this.text.slice(start.offset))) {
            this.#say('v', 0, line, lines);
            return;
        }
        const info = [lang, meta].filter(word => word).join(' ');
        const [, word, rest] = info.match(/^(ask|backstep)(?: (.*))?$/s) ?? [];
        if (word === 'ask') {
            this.#tell('ask', line + 1, rest ?? '', lines);
        } else if (word === undefined) {
            this.#say('v', 0, line + 1, lines);
        } else if (rest !== undefined && rest !== 'new') {
            throw new Trouble(line, 'a block is marked backstep, or backstep new');
        } else {
            this.#tell('code', line + 1, rest === 'new' ? 1 : 0, lines);
        }
    }

    #table({children, position: {start}}) {
        const rows = children.map(row => row.children.map(
            cell => inline(cell.children, this.definitions)));
        const columns = rows[0].length;
        const cells = rows.flatMap(row => rows[0].map((_, column) => row[column] ?? ''));
        this.#tell('table', start.line, rows.length, columns, ...cells);
    }

    #list(list) {
        let number = list.ordered ? list.start ?? 1 : 0;
        this.lists.push(list);
        for (const item of list.children) {
            this.mark = list.ordered ? `${number++}.` : '•';
            this.#all(item.children);
        }
        this.lists.pop();
    }

    #all(nodes) {
        nodes.forEach(node => this.#block(node));
    }

    #block(node) {
        const {line} = node.position.start, {mark, lists, quotes} = this;
        const text = () => inline(node.children, this.definitions);
        switch (node.type) {
        case 'heading':
            this.#say('h', node.depth, line, text());
            break;
        case 'paragraph':
            this.#say(quotes > 0 ? 'q' : lists.length > 0 ? 'b' : 'p', lists.length, line, text(), mark);
            break;
        case 'blockquote':
            this.quotes++;
            this.#all(node.children);
            this.quotes--;
            break;
        case 'html':
            if (!node.value.startsWith('<!--')) {
                throw new Trouble(line, 'HTML is not shown in a lesson; write Markdown',
                                  'a note to yourself is <!-- written so -->');
            }
            break;
        case 'list': this.#list(node); break;
        case 'code': this.#code(node); break;
        case 'table': this.#table(node); break;
        default: break;
        }
    }

    pack(tree) {
        this.definitions = new Map();
        const collect = node => {
            if (node.type === 'definition' && !this.definitions.has(node.identifier)) {
                this.definitions.set(node.identifier, node.url);
            }
            node.children?.forEach(collect);
        };
        collect(tree);
        this.#all(tree.children);
        return unmask(this.parts.join(''));
    }
}

// The lesson of a file, packed.
export function pack(name, bytes) {
    if (bytes.length > MOST) {
        throw new Trouble(0, `this lesson is larger than ${MOST / 1024} KiB`);
    }
    let text;
    try {
        text = new TextDecoder('utf-8', {fatal: true}).decode(bytes).replace(/\r\n?/g, '\n');
    } catch {
        throw new Trouble(0, 'this lesson is not UTF-8', 'save the file as UTF-8');
    }
    const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/.exec(text);
    if (control !== null) {
        throw new Trouble(text.slice(0, control.index).split('\n').length,
                          'there is a control character here');
    }
    const {front, body} = split(text), packer = new Packer(body);
    const parts = front === undefined ? '' : part('front', front) + packer.pack(fromMarkdown(body,
        {extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()]}));
    return part('lesson', name) + parts + part('end');
}

onmessage = ({data: {name, bytes}}) => {
    try {
        postMessage({lesson: pack(name, bytes)});
    } catch ({message, line, hint}) {
        postMessage({line, message, hint});
    }
};
