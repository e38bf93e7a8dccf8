/**
 * Bundles src into dist, which is what is published. Usage: node bundle/build.mjs
 *
 * The program is CommonJS, because Node starts it sooner than ES modules. What its commands share lies in dist/chunks, two folders deep as
 * the modules of src that look for package.json, docs/rules and dist/lab/programs. The programs of the lab are ES modules, and so is the
 * terminal view, since Ink waits for its layout engine while it is loaded (top-level await).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const terminalView = 'src/cli/watch/show-watch.tsx';
const labPrograms = ['listener', 'clients', 'spoof', 'forwarder', 'probes', 'blocking-connect'];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
writeLicences([...(await writeProgram()), ...(await writeLabPrograms()), ...(await writeTerminalView())]);
keepCode();

async function writeProgram() {
  const chunks = await write(
    {
      main: 'src/main.ts',
      // The thread lies beside the chunk that starts it.
      'chunks/part-thread': 'src/app/capture/analyze/part-thread.ts',
      // Not among the chunks, see there.
      'load-view': 'src/cli/watch/load-view.ts',
    },
    {
      dir: 'dist',
      format: 'cjs',
      chunkFileNames: 'chunks/[name].js',
      intro: ({ isEntry, name }) => (isEntry ? requireOfEntry(name) : ''),
    },
    { plugins: [externalAt(terminalView, './watch/show-watch.js')] },
  );
  for (const { fileName, code } of chunks) writeFileSync(`dist/${fileName}`, inAscii(code));
  copyFileSync('bundle/load-chunk.cjs', 'dist/load-chunk.js');
  writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
  chmodSync('dist/main.js', 0o755);
  return chunks;
}

async function writeLabPrograms() {
  const input = labPrograms.map((name) => [`programs/${name}`, `src/lab/programs/${name}.ts`]);
  const chunks = await write(Object.fromEntries(input), {
    dir: 'dist/lab',
    format: 'es',
    // One folder, because programs start threads from files beside them.
    chunkFileNames: 'programs/[name].js',
  });
  writeFileSync('dist/lab/package.json', '{ "type": "module" }\n');
  return chunks;
}

async function writeTerminalView() {
  const chunks = await write(
    { 'show-watch': terminalView },
    { dir: 'dist/watch', format: 'es', codeSplitting: false },
    {
      // React as it is for those who use it, and Ink without its tools for developers.
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [withoutDevelopersTools()],
    },
  );
  writeFileSync('dist/watch/package.json', '{ "type": "module" }\n');
  return chunks;
}

async function write(input, output, { define = {}, plugins = [] } = {}) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    plugins,
    // The oldest Node the package runs on, see package.json.
    transform: { target: 'node20.19', define },
  });
  const written = await bundle.write({ entryFileNames: '[name].js', ...output });
  return written.output.filter(({ type }) => type === 'chunk');
}

/** A module that becomes a file of its own, at `path` as seen from who imports it. */
function externalAt(module, path) {
  const file = `${process.cwd()}/${module}`;
  return {
    name: 'external-at',
    async resolveId(id, importer) {
      const found = await this.resolve(id, importer, { skipSelf: true });
      return found?.id === file ? { id: path, external: true } : null;
    },
  };
}

function withoutDevelopersTools() {
  return {
    name: 'without-developers-tools',
    resolveId: (id, importer) => (id === './devtools.js' && importer?.includes('/ink/') ? '\0none' : null),
    load: (id) => (id === '\0none' ? '' : null),
  };
}

function requireOfEntry(name) {
  const up = name.includes('/') ? '../' : './';
  return `var require = require('${up}load-chunk.js').requireIn(__dirname, require);`;
}

/** load-chunk.cjs reads one byte for each character. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Packages inside of the bundle come with their licences. */
function writeLicences(chunks) {
  const files = chunks.flatMap(({ moduleIds }) => moduleIds);
  const packages = new Set(files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? ''));
  packages.delete('');
  const texts = [...packages].sort().map((name) => `${name}\n\n${licenceOf(`node_modules/${name}`)}`);
  writeFileSync('dist/third-party-licences.txt', texts.join('\n\n'));
}

/** A few packages only name theirs. */
function licenceOf(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined
    ? JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).license
    : readFileSync(`${folder}/${file}`, 'utf8');
}

/** Runs what needs neither privilege nor a particular host, and keeps compiled what these commands use. */
function keepCode() {
  const runs = [
    '--version',
    '--help',
    'capture analyze fixtures/captures/connect-timeout.pcap',
    'capture analyze --json fixtures/captures/accept-queue-overflow.pcap.zst',
    'capture analyze --connections-csv /dev/null fixtures/captures/heartbeat-storm.pcapng.gz',
    'doctor --from fixtures/observations/healthy-busy.json.gz',
    'doctor --from fixtures/observations/stopped-process.json.gz',
    'explain accept-queue-overflow',
    'predict connect',
    'listeners',
    'sockets',
    'tune explain',
    'tune lint fixtures/sysctl/write-up.conf',
  ];
  for (const run of runs) {
    const args = ['--require', './bundle/keep-code.cjs', 'dist/main.js', ...run.split(' ')];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    // 1: something was found, 3: this host can not be observed.
    if (status === null || status === 2) throw new Error(`halfopen ${run}: ${stderr}`);
  }
}
