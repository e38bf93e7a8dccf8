/** Loaded before the program by the build, it writes down what V8 has compiled when the program ends. */
const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { codeFolder, scripts } = require('../dist/load-chunk.js');

process.on('exit', () => {
  mkdirSync(codeFolder, { recursive: true });
  for (const [name, script] of scripts) writeFileSync(path.join(codeFolder, name), script.createCachedData());
});
