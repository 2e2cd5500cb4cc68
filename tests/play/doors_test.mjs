// The tests of the door, with the core that the playground has.
import path from 'node:path';

process.argv[2] = path.join(process.env.PLAYGROUND, '..', 'play', 'first.wasm');
await import('../wasm/doors.js');
