import type { EngineExports } from './engine-exports.ts';
import { engineWasm } from './engine-wasm.ts';
import { verdictTable } from './judging/verdict-table.ts';
import { latencyEdgesMs } from './summary/latency-bins.ts';

let compiled: WebAssembly.Module | undefined;

/** A fresh engine with a memory of its own. It grows with the capture, and is gone when nobody holds it. */
export function startEngine(): EngineExports {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(engineWasm), (letter) => letter.charCodeAt(0)));
  const instance = new WebAssembly.Instance(compiled, { env: { abort: trap } });
  const engine = instance.exports as EngineExports;
  const { buffer } = engine.memory;
  new Uint8Array(buffer, engine.verdictTableAt()).set(verdictTable());
  new Float64Array(buffer, engine.latencyEdgesAt(), latencyEdgesMs.length).set(latencyEdgesMs);
  return engine;
}

function trap(): never {
  throw new Error('the capture engine has trapped');
}
