/**
 * Compiles the capture engine (src/capture/engine, AssemblyScript) to WebAssembly and writes it as a module that can be imported where
 * there is no file system: src/capture/engine-wasm.ts. Usage: node engine.build.mjs
 */
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const output = {};
const { error, stderr } = await asc.main(
  ['src/capture/engine/engine.ts', '--outFile', 'engine.wasm', '-O3', '--runtime', 'stub', '--noAssert'],
  {
    writeFile: (name, contents) => {
      output[name] = contents;
    },
  },
);
if (error) {
  process.stderr.write(stderr.toString());
  process.exit(1);
}
const text = Buffer.from(output['engine.wasm']).toString('base64');
writeFileSync(
  'src/capture/engine-wasm.ts',
  `/** Written by engine.build.mjs from src/capture/engine. */\nexport const engineWasm =\n  '${text}';\n`,
);
