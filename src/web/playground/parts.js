// What the page needs beside its script, each thing when it is first wanted. In a folder a part is a
// script of its own, as a page that was opened as a file may fetch nothing else; in the single file
// it is an element that holds its bytes, compressed.
//
//   core       {wasm: bytes of the core, compressed, in base64; data: file name → text}
//   player     the page that `graph L page.html` writes
//   lessons    the packed lessons
//   pictures   the source of Graphviz

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

// The bytes that a text in base64 of gzip stands for.
export async function unpacked(text) {
    const packed = Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function load(name) {
    const element = document.getElementById(`part-${name}`);
    const value = element === null ? parts[name] ?? await fromScript(name)
        : JSON.parse(new TextDecoder().decode(await unpacked(element.textContent)));
    // A script that is to run in a worker comes as a function.
    return typeof value === 'function' ? `(${value})();` : value;
}

export function part(name) {
    if (!coming.has(name)) {
        const promise = load(name);
        coming.set(name, promise);
        promise.catch(() => coming.delete(name));
    }
    return coming.get(name);
}
