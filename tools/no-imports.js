// node tools/no-imports.js MODULE: fails if a WebAssembly module wants anything from its host.
const fs = require('fs');

const core = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
for (const { module, name } of WebAssembly.Module.imports(core)) {
    console.log(`the core must import nothing, but wants ${name} from ${module}`);
    process.exitCode = 1;
}
