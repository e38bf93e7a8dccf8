import type { EngineExports } from './engine-exports.ts';
import { engineWasm } from './engine-wasm.ts';
import { verdictTable } from './judging/verdict-table.ts';
import { latencyEdgesMs } from './summary/latency-bins.ts';

let compiled: WebAssembly.Module | undefined;

/** A fresh engine with a memory of its own. It grows with the capture, and is gone when nobody holds it. */
export function startEngine(): EngineExports {
  compiled ??= new WebAssembly.Module(bytesOf(engineWasm));
  const instance = new WebAssembly.Instance(compiled, { env: { abort: trap } });
  const engine = instance.exports as unknown as EngineExports;
  const { buffer } = engine.memory;
  new Uint8Array(buffer, engine.verdictTableAt()).set(verdictTable());
  new Float64Array(buffer, engine.latencyEdgesAt(), latencyEdgesMs.length).set(latencyEdgesMs);
  return engine;
}

/** A loop, because Uint8Array.from asks an iterator for each letter, which takes longer than compiling the engine. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

function trap(): never {
  throw new Error('the capture engine has trapped');
}
