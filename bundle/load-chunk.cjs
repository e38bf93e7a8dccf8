/**
 * Loads the chunks of the program. V8 takes longer to compile them than they take to tell what is in a small capture, so the build keeps
 * the compiled code. It fits one release of Node on one kind of processor; elsewhere the same chunks are compiled when they are loaded.
 */
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const chunkFolder = path.join(__dirname, 'chunks');
const codeFolder = path.join(__dirname, 'code', `${process.version}-${process.platform}-${process.arch}`);
const kept = new Set(namesIn(codeFolder));
const modules = new Map();
const scripts = new Map();

/** What `require` is to a module in `folder`; `requireOther` finds what is no chunk. */
function requireIn(folder, requireOther) {
  return (id) => {
    const file = path.join(folder, id);
    if (!id.startsWith('.')) return requireOther(id);
    return path.dirname(file) === chunkFolder ? load(file) : requireOther(file);
  };
}

function load(file) {
  const known = modules.get(file);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(file, module);
  const script = compile(file);
  scripts.set(codeName(file), script);
  script.runInThisContext()(module.exports, requireIn(chunkFolder, require), module, file, chunkFolder);
  return module.exports;
}

/** The build writes nothing but ASCII, which is read quickest as Latin-1. V8 ignores kept code that does not fit. */
function compile(file) {
  const name = codeName(file);
  return new Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`,
    { filename: file, cachedData: kept.has(name) ? readFileSync(path.join(codeFolder, name)) : undefined },
  );
}

const codeName = (file) => `${path.basename(file, '.js')}.bin`;

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

module.exports = { requireIn, codeFolder, scripts };
