/**
 * `capture analyze` beside tshark, tcptrace and tcpdump (which only copies) on one big generated pcap file that is in the page cache:
 * a fresh process each time, alternating order, wall time and peak resident memory of the whole process as the kernel counts it (VmHWM).
 * Needs `npm run build`; of the others, those that are not installed are left out. The file lies below $TMPDIR (default /tmp) and is
 * deleted at the end. Usage: npm run bench:capture -- [rounds] [options], where the options are
 *   --slow-rounds N   rounds of tshark and tcptrace (default 1)
 *   --packets N       default 3,500,000, seven to a connection
 *   --family F        ipv4 (default), ipv6, mixed
 *   --seed N          default 1
 *   --clients N       addresses that they come from, default 4,000
 *   --competitors     leave our own program out
 *   --curve           only our own program, on files of --millions 1,2,5,10,20 packets
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const generator = fileURLToPath(new URL('../build/measure/generate-capture.js', import.meta.url));
const PACKETS_PER_CONNECTION = 7;
const POLL_MS = 5;
/** What the memory target grants besides the connections. */
const GRANTED_BYTES = 96e6;
const OURS = 'halfopen capture analyze --json';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'slow-rounds': { type: 'string', default: '1' },
    packets: { type: 'string', default: '3500000' },
    family: { type: 'string', default: 'ipv4' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '4000' },
    competitors: { type: 'boolean', default: false },
    curve: { type: 'boolean', default: false },
    millions: { type: 'string', default: '1,2,5,10,20' },
  },
});
const rounds = whole('rounds', positionals[0] ?? '5');
const slowRounds = whole('--slow-rounds', options['slow-rounds']);
/** The process that is being measured, to be ended with us. */
let running;

function whole(name, text) {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${name} takes a whole number: ${text}`);
  return number;
}

/** Our own exit code 1 means that there are findings. */
const ours = (file) => ({
  name: OURS,
  argv: [process.execPath, program, 'capture', 'analyze', file, '--json'],
  rounds,
  good: [0, 1],
});

const others = (file) => [
  {
    name: 'tshark -n -q -z conv,tcp',
    argv: ['tshark', '-n', '-q', '-z', 'conv,tcp', '-r', file],
    rounds: slowRounds,
    good: [0],
    version: ['tshark', '--version'],
  },
  {
    name: 'tcptrace -n',
    argv: ['tcptrace', '-n', file],
    rounds: slowRounds,
    good: [0],
    version: ['tcptrace', '-v'],
  },
  {
    name: 'tcpdump -w /dev/null',
    // As root it would become another user before it opens the file.
    argv: ['tcpdump', ...(process.getuid() === 0 ? ['-Z', 'root'] : []), '-r', file, '-w', '/dev/null'],
    rounds,
    good: [0],
    version: ['tcpdump', '--version'],
  },
];

/** Runs a program to its end; resolves to its wall time, its peak resident memory and, if kept, its standard output. */
function run({ name, argv, good }, keepOutput = false) {
  return new Promise((resolve, reject) => {
    const [file, ...args] = argv;
    const start = performance.now();
    const child = spawn(file, args, { stdio: ['ignore', keepOutput ? 'pipe' : 'ignore', 'pipe'] });
    running = child;
    let [output, complaint, peakBytes, wallMs] = ['', '', 0, 0];
    const poll = setInterval(() => {
      peakBytes = Math.max(peakBytes, residentPeak(child.pid));
    }, POLL_MS);
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on('exit', () => {
      wallMs = performance.now() - start;
      clearInterval(poll);
    });
    child.on('error', (error) => {
      clearInterval(poll);
      reject(error);
    });
    child.on('close', (code, signal) => {
      running = undefined;
      if (good.includes(code)) resolve({ wallMs, peakBytes, output });
      else reject(new Error(`${name} ended with ${signal ?? code}: ${complaint}`));
    });
  });
}

/** 0 when the process is gone. */
function residentPeak(pid) {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Writes the file and brings it into the page cache; resolves to what is in it. */
async function generate(file, packets) {
  const connections = Math.floor(packets / PACKETS_PER_CONNECTION);
  const wish = { packets, connections, family: options.family, seed: options.seed, clients: options.clients };
  const args = Object.entries(wish).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const argv = [process.execPath, generator, '--out', file, ...args];
  const { wallMs, output } = await run({ name: 'generate-capture', argv, good: [0] }, true);
  const truth = JSON.parse(output);
  chmodSync(file, 0o644);
  await run({ name: 'cat', argv: ['cat', file], good: [0] });
  console.log(
    `${count(truth.packets)} packets, ${count(truth.connections)} connections, ${count(truth.synRetransmissions)} SYN retransmissions, ${(statSync(file).size / 1e6).toFixed(1)} MB, ${options.family}, of ${count(options.clients)} clients, seed ${options.seed}; written in ${seconds(wallMs)} s`,
  );
  return truth;
}

/** A fast wrong answer is worth nothing: compares one run with what was generated. */
async function checkAnswer(file, truth) {
  const report = JSON.parse((await run(ours(file), true)).output);
  const pairs = [
    ['packets', report.packets, truth.packets],
    ['connections', report.totals.connections, truth.connections],
    ['SYNs', report.totals.syn, truth.syn],
    ['SYN-ACKs', report.totals.synAck, truth.synAck],
    ['SYN retransmissions', report.totals.synRetransmissions, truth.synRetransmissions],
    ['resets', report.totals.resets, truth.resets],
    ['data segments', report.totals.dataSegments, truth.dataSegments],
    ['payload bytes', report.totals.payloadBytes, truth.payloadBytes],
  ];
  const wrong = pairs.filter(([, found, expected]) => found !== expected);
  for (const [what, found, expected] of wrong) console.log(`WRONG: ${what} ${found}, generated ${expected}`);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log(`the answer is what was generated: ${pairs.map(([what]) => what).join(', ')}`);
}

async function compare(file) {
  const truth = await generate(file, whole('--packets', options.packets));
  const contestants = [...(options.competitors ? [] : [ours(file)]), ...others(file).filter(isInstalled)];
  if (!options.competitors) await checkAnswer(file, truth);
  const runs = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < Math.max(rounds, slowRounds); round++) {
    const turn = contestants.filter((contestant) => round < contestant.rounds);
    for (const contestant of round % 2 === 0 ? turn : turn.reverse()) {
      runs.get(contestant.name).push(await run(contestant));
    }
  }
  const oursMs = options.competitors ? undefined : median(runs.get(OURS).map(({ wallMs }) => wallMs));
  const head = ['program', 'rounds', 'median, s', 'packets/s', "of ours' time", ...memoryHead];
  printTable(
    head,
    [...runs].map(([name, all]) => {
      const ms = median(all.map(({ wallMs }) => wallMs));
      const ratio = oursMs === undefined ? '' : (ms / oursMs).toFixed(2);
      const rate = count((truth.packets / ms) * 1000);
      return [`\`${name}\``, all.length, seconds(ms), rate, ratio, ...memory(all, truth.connections)];
    }),
  );
  console.log('\nEvery run, s:');
  for (const [name, all] of runs) console.log(`- \`${name}\`: ${rawTimes(all)}`);
}

async function curve(file) {
  const rows = [];
  const raw = [];
  for (const millions of options.millions.split(',')) {
    const truth = await generate(file, whole('--millions', millions) * 1e6);
    await checkAnswer(file, truth);
    const all = [];
    for (let round = 0; round < rounds; round++) all.push(await run(ours(file)));
    const ms = median(all.map(({ wallMs }) => wallMs));
    const sizes = [count(truth.packets), count(truth.connections)];
    const rate = count((truth.packets / ms) * 1000);
    rows.push([...sizes, all.length, seconds(ms), rate, ...memory(all, truth.connections)]);
    raw.push(`- ${millions} million: ${rawTimes(all)}`);
  }
  printTable(['packets', 'connections', 'rounds', 'median, s', 'packets/s', ...memoryHead], rows);
  console.log(`\nEvery run, s:\n${raw.join('\n')}`);
}

function isInstalled({ name, version }) {
  const { error, stdout, stderr } = spawnSync(version[0], version.slice(1), { encoding: 'utf8' });
  const line = `${stdout ?? ''}${stderr ?? ''}`.split('\n').find((one) => /\d\.\d/.test(one));
  console.log(error ? `not installed, left out: ${name}` : `${name}: ${line?.trim()}`);
  return error === undefined;
}

const memoryHead = ['peak RSS, MB', 'bytes a connection above 96 MB'];

/** The worst of all runs. */
function memory(all, connections) {
  const peak = Math.max(...all.map(({ peakBytes }) => peakBytes));
  return [(peak / 1e6).toFixed(1), count(Math.max(0, peak - GRANTED_BYTES) / connections)];
}

function rawTimes(all) {
  return all.map(({ wallMs }) => seconds(wallMs)).join(' ');
}

function seconds(ms) {
  return (ms / 1000).toFixed(3);
}

function count(number) {
  return Math.round(number).toLocaleString('en-US');
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function printTable(head, rows) {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  console.log(`\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`);
}

async function main() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'halfopen-bench-'));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', forget);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      running?.kill('SIGKILL');
      process.exit(128 + os.constants.signals[signal]);
    });
  }
  chmodSync(folder, 0o755);
  const load = os.loadavg()[0].toFixed(1);
  console.log(
    `${os.cpus().length} x ${os.cpus()[0].model}, Linux ${os.release()}, Node ${process.version}, ${rounds} rounds, ${slowRounds} of the slow ones; load before: ${load}`,
  );
  const file = path.join(folder, 'bench.pcap');
  await (options.curve ? curve(file) : compare(file));
}

await main();
