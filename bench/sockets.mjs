/**
 * Counting 240,000 sockets, alternating with `ss` and with the /proc/net/tcp pipeline, and what `doctor` costs on such a host.
 * Needs root, iproute2 and about 2 GiB of memory; everything happens in a private network namespace. Usage: npm run bench:sockets [rounds]
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { LabNamespace } from '../build/lab/namespace.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 7);
const PAIRS = 8;
const CONNECTIONS_PER_PAIR = 15_000;
const reportUsage =
  'data:text/javascript,import fs from "node:fs";process.on("exit",()=>fs.writeSync(3,JSON.stringify(process.resourceUsage())))';

const states =
  "sed -e 's/01$/established/' -e 's/02$/syn_sent/' -e 's/03$/syn_recv/' -e 's/04$/fin_wait1/' -e 's/05$/fin_wait2/' -e 's/06$/time_wait/' -e 's/08$/close_wait/' -e 's/0A$/listen/'";
const contestants = {
  'halfopen sockets --by state': `${process.execPath} ${program} sockets --by state`,
  'halfopen, every socket dumped': `${process.execPath} ${program} sockets --by listener`,
  "ss -tan | awk '{print $1}' | sort | uniq -c": "ss -tan | awk '{print $1}' | sort | uniq -c",
  '/proc/net/tcp pipeline': `cat /proc/net/tcp /proc/net/tcp6 | awk '{print $4}' | sort | uniq -c | sort -r | ${states}`,
};

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function wallMs(namespace, command) {
  const start = performance.now();
  const run = spawnSync('ip', ['netns', 'exec', namespace.name, 'sh', '-c', command], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(`${command}: ${run.stderr}`);
  return { ms: performance.now() - start, output: run.stdout };
}

/** Runs halfopen and resolves to its own resource usage. */
function usageOf(namespace, args) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const argv = [
      'netns',
      'exec',
      namespace.name,
      process.execPath,
      '--import',
      reportUsage,
      program,
      ...args,
    ];
    const child = spawn('ip', argv, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    let usage = '';
    child.stdio[3].on('data', (data) => {
      usage += data;
    });
    child.on('error', reject);
    child.on('close', () => {
      const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(usage);
      resolve({
        wallMs: performance.now() - start,
        rssMiB: maxRSS / 1024,
        cpuMs: (userCPUTime + systemCPUTime) / 1000,
      });
    });
  });
}

async function fill(namespace) {
  const programs = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const port = 9000 + pair;
    const to = pair % 2 === 0 ? '127.0.0.1' : '::1';
    const last = pair === PAIRS - 1;
    // The last pair leaves half-closed connections behind, so that there is more than one state to count.
    const server = namespace.spawn('listener', { address: to, port, backlog: 4096, read: true, hold: true });
    await server.ready;
    programs.push(server);
    const clients = namespace.spawn('clients', {
      to,
      port,
      count: CONNECTIONS_PER_PAIR,
      ratePerSecond: 8000,
      close: last ? 'shutdown-write' : 'never',
      holdMs: last ? 0 : 170_000,
      maxMs: 175_000,
    });
    await clients.ready;
    await settled(namespace, (pair + 1) * CONNECTIONS_PER_PAIR);
    programs.push(clients);
  }
  // They poll 15,000 descriptors each; stopped, they hold the sockets and leave the processors alone.
  for (const program of programs) program.signal('SIGSTOP');
}

async function settled(namespace, connections) {
  for (let wait = 0; wait < 100; wait++) {
    const counts = JSON.parse(wallMs(namespace, `${process.execPath} ${program} sockets --json`).output);
    if (counts.total >= connections * 2) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function main() {
  const namespace = LabNamespace.create('bench');
  try {
    await fill(namespace);
    console.log(
      `${os.cpus().length} x ${os.cpus()[0].model}, Linux ${os.release()}, Node ${process.version}, ${rounds} rounds`,
    );
    console.log(wallMs(namespace, contestants['halfopen sockets --by state']).output);
    console.log(wallMs(namespace, contestants["ss -tan | awk '{print $1}' | sort | uniq -c"]).output);
    const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, command] of Object.entries(contestants))
        times[name].push(wallMs(namespace, command).ms);
    }
    for (const [name, values] of Object.entries(times)) {
      console.log(
        `${median(values).toFixed(0).padStart(6)} ms  ${name}  [${values.map((ms) => ms.toFixed(0)).join(' ')}]`,
      );
    }
    const sockets = await usageOf(namespace, ['sockets', '--by', 'state']);
    console.log(`sockets --by state: peak RSS ${sockets.rssMiB.toFixed(1)} MiB`);
    const short = await usageOf(namespace, ['doctor', '--netns', 'self', '--for', '10s', '--json']);
    const long = await usageOf(namespace, ['doctor', '--netns', 'self', '--for', '20s', '--json']);
    console.log(
      `doctor --for 10s: ${(short.wallMs - 10_000).toFixed(0)} ms beyond its window, peak RSS ${short.rssMiB.toFixed(1)} MiB, CPU ${short.cpuMs.toFixed(0)} ms`,
    );
    console.log(
      `doctor --for 20s: ${(long.wallMs - 20_000).toFixed(0)} ms beyond its window, CPU ${long.cpuMs.toFixed(0)} ms`,
    );
    console.log(`while sampling: ${((long.cpuMs - short.cpuMs) / 100).toFixed(1)} % of one core`);
    startUp();
  } finally {
    namespace.dispose();
  }
}

function startUp() {
  const times = { 'node -e 0': [], 'halfopen --version': [] };
  for (let round = 0; round < 15; round++) {
    for (const [name, args] of [
      ['node -e 0', ['-e', '0']],
      ['halfopen --version', [program, '--version']],
    ]) {
      const start = performance.now();
      spawnSync(process.execPath, args);
      times[name].push(performance.now() - start);
    }
  }
  for (const [name, values] of Object.entries(times)) {
    console.log(
      `${median(values).toFixed(1).padStart(6)} ms  ${name}  [${values.map((ms) => ms.toFixed(0)).join(' ')}]`,
    );
  }
}

readFileSync(program);
await main();
