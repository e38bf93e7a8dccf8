/**
 * How long `halfopen tune explain`, `tune lint` of 100 files and `tune plan --report` take, process start included, alternating with a
 * Node that does nothing. Two sets of files: the block of advice of fixtures/sysctl/write-up.conf a hundred times, and 50 lines a
 * file of all names of the catalogue with values made up (seed 1). Usage: npm run bench:tune [rounds: 15]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parameterNames } from '../build/tcp/parameters/all-parameters.js';

const FILES = 100;
const LINES = 50;
const LARGEST_VALUE = 70_000;
const rounds = Number(process.argv[2] ?? 15);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const advice = fileURLToPath(new URL('../fixtures/sysctl/write-up.conf', import.meta.url));

const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-bench-'));
try {
  const contestants = {
    'node -e 0': ['-e', '0'],
    'tune explain net.ipv4.tcp_tw_recycle': [main, 'tune', 'explain', 'net.ipv4.tcp_tw_recycle'],
    'tune lint, 100 files of common advice': [
      main,
      'tune',
      'lint',
      ...copies(() => readFileSync(advice, 'utf8')),
    ],
    'tune lint, 100 files of 50 lines, every name': [main, 'tune', 'lint', ...copies(madeUp(1))],
  };
  const taken = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, args] of Object.entries(contestants)) taken[name].push(timeMs(args));
  for (const [name, times] of Object.entries(taken))
    console.log(`| ${name} | ${median(times)} | ${times.join(' ')} |`);
} finally {
  rmSync(folder, { recursive: true });
}

function timeMs(args) {
  const startMs = performance.now();
  try {
    execFileSync(process.execPath, args, { stdio: 'ignore' });
  } catch (error) {
    // 1: there is something harmful among the lines.
    if (error.status !== 1) throw error;
  }
  return Math.round(performance.now() - startMs);
}

function copies(text) {
  const set = mkdtempSync(path.join(folder, 'set-'));
  mkdirSync(set, { recursive: true });
  return Array.from({ length: FILES }, (_, at) => {
    const file = path.join(set, `${String(at).padStart(3, '0')}.conf`);
    writeFileSync(file, text());
    return file;
  });
}

function madeUp(seed) {
  let state = seed;
  const below = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return () =>
    Array.from({ length: LINES }, () => {
      const name = parameterNames[below(parameterNames.length)].replace('*', 'all');
      return `${name} = ${below(LARGEST_VALUE)}\n`;
    }).join('');
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}
