// What the page needs beside its script, each thing when it is first wanted. In a folder a part is a
// script of its own, as a page that was opened as a file may fetch nothing else; in the single file
// it is an element that holds it.
//
//   core       {first: the first module of the core, packed; data: file name → text}
//   rest       the rest of the core, packed
//   player     the page that `graph L page.html` writes, packed
//   lessons    {packed: all lessons, packed; rows: the list of study questions}
//   pictures   the source of Graphviz; packed, [without its module, the module], which it holds as a
//              string of one character for each byte
//   markdown   the source of what packs a lesson in Markdown (markdown.js)
//
// Packed: [size, base64 of what lzma.js unpacks].

import { unlzma } from './lzma.js';

const parts = globalThis.backstepParts ??= {};
const coming = new Map();

function fromScript(name) {
    return new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = `${name}.js`;
        script.onload = () => resolve(parts[name]);
        script.onerror = () => reject(new Error(`${script.src} cannot be read`));
        document.head.append(script);
    });
}

export const unpacked = ([size, text]) =>
    unlzma(Uint8Array.from(atob(text), sign => sign.charCodeAt(0)), size);
export const unpackedText = packed => new TextDecoder().decode(unpacked(packed));

function unpackedGraphviz([source, module]) {
    const bytes = unpacked(module), pieces = [];
    for (let i = 0; i < bytes.length; i += 8192) {
        pieces.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
    }
    return unpackedText(source).replace('"%module%"', () => JSON.stringify(pieces.join('')));
}

// How a script is unpacked that is to run in a worker.
const scripts = {pictures: unpackedGraphviz, markdown: unpackedText};

async function load(name) {
    const element = document.getElementById(`part-${name}`);
    const value = element !== null ? JSON.parse(element.textContent)
        : parts[name] ?? await fromScript(name);
    // A script that is to run in a worker comes as a function, or is unpacked here.
    return typeof value === 'function' ? `(${value})();` : scripts[name]?.(value) ?? value;
}

export function part(name) {
    if (!coming.has(name)) {
        const promise = load(name);
        coming.set(name, promise);
        promise.catch(() => coming.delete(name));
    }
    return coming.get(name);
}
