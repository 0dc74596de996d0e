import { parentPort } from 'node:worker_threads';

/** A worker that measures on a platform without WebAssembly: nothing may be imported before it is gone. */
Reflect.deleteProperty(globalThis, 'WebAssembly');
const { timeMeasuring } = await import('./measuring.ts');
parentPort?.postMessage(timeMeasuring());
