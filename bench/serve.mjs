/**
 * What always being on costs: `halfopen serve` on a host of 20 network namespaces, 200 listeners and 240,000 sockets, beside prometheus-node-exporter,
 * which is scraped each second; what 20 viewers add; whether each of 100 bursts of 300 ms is seen. Needs root, iproute2, Debian's
 * prometheus-node-exporter, 6 GiB of memory. Usage: [WARM_UP_S=60] npm run bench:serve [namespaces connections bursts]
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const [namespaces = 20, connections = 6000, bursts = 100] = process.argv.slice(2).map(Number);
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const part = (name) => fileURLToPath(new URL(`serve/${name}.mjs`, import.meta.url));
const PORT = 4291;
const EXPORTER_PORT = 4292;
const WARM_UP_S = Number(process.env.WARM_UP_S ?? 60);
const MEASURED_S = 60;
const BURST_MS = 300;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const nameOf = (number) => `hopbench${number}`;

const children = [];
const folder = mkdtempSync(`${os.tmpdir()}/halfopen-bench-serve-`);

function cleanUp() {
  for (const child of children) child.kill('SIGKILL');
  for (let i = 0; i < namespaces; i++) spawnSync('ip', ['netns', 'del', nameOf(i)]);
  rmSync(folder, { recursive: true, force: true });
}
process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

function ip(...args) {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

/** A node program inside of a namespace; resolves when it says that it is ready. */
function inside(name, script, ...args) {
  const child = fork(script, args, {
    execPath: 'ip',
    execArgv: ['netns', 'exec', name, 'prlimit', '--nofile=20000', process.execPath],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`${script} ended: ${code}`)));
  });
}

async function makeHost() {
  const made = [];
  for (let i = 0; i < namespaces; i++) {
    ip('netns', 'add', nameOf(i));
    ip('-n', nameOf(i), 'link', 'set', 'lo', 'up');
    const holder = await inside(nameOf(i), part('holder'), connections);
    made.push({ name: nameOf(i), holder, caller: await inside(nameOf(i), part('caller')) });
  }
  return made;
}

function usedMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const rssMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024;

/** Share of a core and mean memory of each over so many seconds; `each` is called every second. */
async function measure(pids, seconds, each = async () => {}) {
  const before = pids.map(usedMs);
  const rss = pids.map(() => []);
  const began = performance.now();
  for (let second = 1; second <= seconds; second++) {
    await each();
    await sleep(Math.max(0, began + second * 1000 - performance.now()));
    for (const [at, pid] of pids.entries()) rss[at].push(rssMb(pid));
  }
  const passedMs = performance.now() - began;
  return pids.map((pid, at) => ({
    cpuPercent: ((usedMs(pid) - before[at]) / passedMs) * 100,
    rssMb: rss[at].reduce((sum, one) => sum + one, 0) / seconds,
    mostRssMb: Math.max(...rss[at]),
  }));
}

function get(port, path) {
  return new Promise((resolve, reject) => {
    http
      .get({ port, path, host: '127.0.0.1' }, (answer) => {
        let text = '';
        answer.on('data', (data) => {
          text += data;
        });
        answer.on('end', () => resolve(text));
      })
      .on('error', reject);
  });
}

async function untilItAnswers(port, path) {
  for (let tries = 0; tries < 100; tries++) {
    try {
      return await get(port, path);
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`nobody answers at port ${port}`);
}

function viewer(onEvent = () => {}) {
  const request = http.get(
    { port: PORT, path: '/api/v1/events', host: '127.0.0.1', agent: false },
    (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (data) => {
        text += data;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, event] = /^event: (.*)$/m.exec(text.slice(0, end)) ?? [];
          const [, body] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? [];
          text = text.slice(end + 2);
          if (event !== undefined && body !== undefined) onEvent(event, body);
        }
      });
      answer.on('error', () => {});
    },
  );
  request.on('error', () => {});
  return request;
}

/** Delays from the first connection of each burst to the incident, and to the second that has its drops. */
async function burst(host, count) {
  const seen = { incidents: [], seconds: [] };
  const subjects = new Map();
  const wanted = new Map();
  let dropsAt = 0;
  const learn = (all) => {
    for (const { id, about } of all)
      if (about.port !== undefined) subjects.set(`${about.namespace} ${about.port}`, id);
  };
  const look = viewer((event, body) => {
    const now = performance.now();
    const data = JSON.parse(body);
    if (event === 'hello') {
      learn(data.subjects);
      dropsAt = data.channels.listener.findIndex(({ name }) => name === 'drops');
    } else if (event === 'subjects') learn(data);
    else if (event === 'incident') {
      const one = wanted.get(`${data.namespace} ${data.subject.split(':').at(-1)}`);
      if (
        one &&
        data.finding === 'accept-queue-overflow' &&
        data.closedMs === null &&
        data.openedMs >= one.atMs
      )
        one.incidentMs ??= now - one.beganMs;
    } else if (event === 'second')
      for (const [key, one] of wanted)
        if ((data.values[subjects.get(key)]?.[dropsAt] ?? 0) > 0) one.secondMs ??= now - one.beganMs;
  });
  await sleep(1500);
  for (let number = 0; number < count; number++) {
    const { name, holder, caller } = host[number % host.length];
    const port = 9010 + (Math.floor(number / host.length) % 5);
    const one = {
      beganMs: performance.now(),
      atMs: Date.now() - 50,
      incidentMs: undefined,
      secondMs: undefined,
    };
    wanted.set(`${name} ${port}`, one);
    holder.send({ block: BURST_MS });
    caller.send({ port, count: 60 });
    await sleep(2500);
    wanted.clear();
    seen.incidents.push(one.incidentMs);
    seen.seconds.push(one.secondMs);
  }
  look.destroy();
  return seen;
}

function told(name, values) {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const at = (share) => known[Math.min(known.length - 1, Math.floor(known.length * share))]?.toFixed(0);
  console.log(
    `${name}: ${known.length} of ${values.length} seen; ms after the first connection: median ${at(0.5)}, 95 % ${at(0.95)}, most ${at(1)}`,
  );
}

const line = (name, { cpuPercent, rssMb: mean, mostRssMb }) =>
  console.log(
    `${name}: ${cpuPercent.toFixed(2)} % of a core, ${mean.toFixed(1)} MB RSS on average, ${mostRssMb.toFixed(1)} at most`,
  );

console.log(`${os.cpus().length} x ${os.cpus()[0].model}, Linux ${os.release()}, Node ${process.version}`);
const host = await makeHost();
console.log(
  `${namespaces} namespaces, ${namespaces * 10} listeners, ${namespaces * connections * 2} sockets`,
);
const exporter = spawn(
  'prometheus-node-exporter',
  [
    '--collector.disable-defaults',
    '--collector.tcpstat',
    '--collector.netstat',
    '--collector.sockstat',
    `--web.listen-address=127.0.0.1:${EXPORTER_PORT}`,
  ],
  { stdio: 'ignore' },
);
const recorder = spawn(
  process.execPath,
  [program, 'serve', '--port', String(PORT), '--store', `${folder}/history.db`],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
children.push(exporter, recorder);
await untilItAnswers(PORT, '/healthz');
await untilItAnswers(EXPORTER_PORT, '/metrics');
await sleep(WARM_UP_S * 1000);
const scrape = () => get(EXPORTER_PORT, '/metrics');
const [ours, theirs] = await measure([recorder.pid, exporter.pid], MEASURED_S, scrape);
line('halfopen serve, nobody looks', ours);
line('prometheus-node-exporter (this namespace only), scraped each second', theirs);
const [scraped] = await measure([recorder.pid], 20, () => get(PORT, '/metrics'));
line('halfopen serve, /metrics scraped each second', scraped);
const viewers = Array.from({ length: 20 }, () => viewer());
await sleep(2000);
const [viewed] = await measure([recorder.pid], 30);
line('halfopen serve, 20 viewers', viewed);
for (const one of viewers) one.destroy();
const seen = await burst(host, bursts);
told('bursts of 300 ms, incidents', seen.incidents);
told('bursts of 300 ms, drops in a second of the series', seen.seconds);
process.exit(0);
