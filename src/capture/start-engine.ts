import type { EngineExports } from './engine-exports.ts';
import { engineWasm } from './engine-wasm.ts';

let compiled: WebAssembly.Module | undefined;

/** A fresh engine with a memory of its own. It grows with the capture, and is gone when nobody holds it. */
export function startEngine(): EngineExports {
  compiled ??= new WebAssembly.Module(bytesOf(engineWasm));
  const instance = new WebAssembly.Instance(compiled, { env: { abort: trap } });
  return instance.exports as EngineExports;
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
