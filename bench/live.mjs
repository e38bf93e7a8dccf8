/**
 * `halfopen capture live` beside tcpdump, alternately, on the same load: bursts of TCP segments over a veth link between two private
 * namespaces, captured header-only (96 bytes) where they arrive, on the processors that also send them. For each burst: how fast the
 * receiving kernel got it, and what the program says it received and the kernel dropped. Both write to a file in memory (/dev/shm),
 * so that the disk is not measured. Needs root, iproute2, nftables and tcpdump. Usage: npm run bench:live [rounds] [packets/s, 0: all they can] [senders: 2]
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inNamespace } from '../build/kernel/netns/enter.js';
import { connectNamespaces } from '../build/lab/link.js';
import { LabNamespace } from '../build/lab/namespace.js';
import { FrameBatch } from '../build/lab/programs/frame-batch.js';
import { Pace } from '../build/lab/programs/pace.js';
import { tcpFrame } from '../build/lab/tcp-frame.js';

const BURST_PACKETS = 1_500_000;
const BATCH = 256;
const SNAP = 96;
const PAYLOAD = 200;
/** As much for tcpdump (-B counts KiB) as for ours. */
const BUFFER_MIB = 64;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const self = fileURLToPath(import.meta.url);

/** Data segments which the receiver's firewall drops as soon as they were captured: what TCP would do with them is not measured. */
function frameWithPayload({ sourceMac, destinationMac }) {
  const segment = tcpFrame({
    sourceMac,
    destinationMac,
    source: Buffer.from([10, 90, 0, 1]),
    destination: Buffer.from([10, 90, 0, 99]),
    sourcePort: 40_000,
    destinationPort: 80,
    sequence: 1,
    acknowledgement: 1,
    flags: 'P.',
  });
  const frame = Buffer.concat([segment, Buffer.alloc(PAYLOAD, 'x')]);
  frame.writeUInt16BE(frame.length - 14, 16);
  frame.writeUInt16BE(0, 24);
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += frame.readUInt16BE(at);
  sum = (sum & 0xffff) + (sum >>> 16);
  frame.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 24);
  return frame;
}

const SEQUENCE_AT = 14 + 20 + 4;

/** The child process in the sender's namespace. */
function send({ device, count, ratePerSecond, ...macs }) {
  const batch = new FrameBatch(device, 0x0800, frameWithPayload(macs), BATCH);
  const startMs = performance.now();
  const pace = new Pace(ratePerSecond || undefined, startMs);
  let sent = 0;
  while (sent < count) {
    const due = Math.min(pace.due(performance.now()), count - sent, BATCH);
    if (due <= 0) {
      const waitMs = Math.max(0.05, pace.waitMs(performance.now()));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
      continue;
    }
    for (let i = 0; i < due; i++) batch.frames.setUint32(i * batch.strideBytes + SEQUENCE_AT, sent + i);
    for (let done = 0; done < due; ) done += batch.send(done, due);
    sent += due;
    pace.take(due);
  }
  const since = performance.timeOrigin;
  process.stdout.write(JSON.stringify({ sent, fromMs: since + startMs, toMs: since + performance.now() }));
}

function dropOnArrival({ namespace, device }) {
  const chain = `type filter hook ingress device "${device}" priority 0; policy drop`;
  namespace.run('nft', ['-f', '-'], `table netdev bench { chain arrivals { ${chain}; }; }\n`);
}

function received({ namespace, device }) {
  const text = inNamespace(namespace.path, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  const columns = text.split(`${device}:`)[1].trim().split(/\s+/);
  return Number(columns[1]);
}

/** Runs to its end; what it said and the processor time it took. */
function start(command, args, ready) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise((resolve) => child.on('close', () => resolve({ stdout, stderr })));
  const isReady = async () => {
    for (let i = 0; i < 200 && !ready(stderr); i++) await sleep(20);
  };
  return { child, ended, isReady, cpuMs: () => cpuMs(child.pid) };
}

function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const capturers = {
  halfopen: {
    start: ({ b }, file) => {
      const args = ['capture', 'live', '--json', '--netns', b.namespace.name, '--interface', b.device];
      const options = ['--snap', SNAP, '--buffer', `${BUFFER_MIB}MiB`, '--write', file, '--for', '60s'];
      const isThere = () => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
      return start(process.execPath, [main, ...args, ...options], isThere);
    },
    read: ({ stdout }) => {
      const { packets, droppedByKernel } = JSON.parse(stdout);
      return { captured: packets, dropped: droppedByKernel };
    },
  },
  tcpdump: {
    start: ({ b }, file) => {
      const options = [
        '-n',
        '-i',
        b.device,
        '-s',
        SNAP,
        '-B',
        BUFFER_MIB * 1024,
        '-w',
        file,
        '-Z',
        'root',
        'tcp',
      ];
      const isListening = (stderr) => stderr.includes('listening on');
      return start('ip', ['netns', 'exec', b.namespace.name, 'tcpdump', ...options], isListening);
    },
    read: ({ stderr }) => {
      const numberBefore = (words) => Number(new RegExp(`(\\d+) packets? ${words}`).exec(stderr)?.[1]);
      return { captured: numberBefore('captured'), dropped: numberBefore('dropped by kernel') };
    },
  },
};

async function burst(capturer, link, file, { ratePerSecond, senders }) {
  const running = capturer.start(link, file);
  await running.isReady();
  await sleep(300);
  const [before, idleMs] = [received(link.b), running.cpuMs()];
  const options = { device: link.a.device, sourceMac: link.a.mac, destinationMac: link.b.mac };
  const share = { count: BURST_PACKETS / senders, ratePerSecond: ratePerSecond / senders };
  const sender = JSON.stringify({ ...options, ...share });
  const children = Array.from({ length: senders }, () =>
    inNamespace(link.a.namespace.path, () => start(process.execPath, [self, 'send', sender], () => true)),
  );
  const sent = await Promise.all(children.map(async ({ ended }) => JSON.parse((await ended).stdout)));
  const tookMs = Math.max(...sent.map(({ toMs }) => toMs)) - Math.min(...sent.map(({ fromMs }) => fromMs));
  const arrived = received(link.b) - before;
  await sleep(700);
  const usedMs = running.cpuMs() - idleMs;
  running.child.kill('SIGINT');
  const { captured, dropped } = capturer.read(await running.ended);
  const bytes = statSync(file).size;
  rmSync(file);
  return { perSecond: (arrived / tookMs) * 1000, arrived, captured, dropped, usedMs, bytes };
}

function describe({ perSecond, arrived, captured, dropped, usedMs, bytes }) {
  const mib = (bytes / 2 ** 20).toFixed(0);
  return `${Math.round(perSecond)}/s arrived ${arrived} captured ${captured} dropped ${dropped}, processor ${usedMs} ms, file ${mib} MiB`;
}

async function compare(rounds, load) {
  const [client, server] = [LabNamespace.create('bench'), LabNamespace.create('bench')];
  const folder = mkdtempSync('/dev/shm/halfopen-live-');
  try {
    const link = connectNamespaces(client, server);
    dropOnArrival(link.b);
    const asked = load.ratePerSecond ? `${load.ratePerSecond}/s asked for` : 'as fast as they can';
    const tcpdumpVersion = execFileSync('sh', ['-c', 'tcpdump --version 2>&1 | head -1']).toString().trim();
    console.log(
      `${os.cpus().length} x ${os.cpus()[0].model}, Linux ${os.release()}, Node ${process.version}, ${tcpdumpVersion}; ${load.senders} sender(s), ${asked}; load before: ${os.loadavg()[0].toFixed(1)}`,
    );
    for (let round = 0; round < rounds; round++) {
      const order = Object.entries(capturers);
      if (round % 2 === 1) order.reverse();
      for (const [name, capturer] of order) {
        const result = await burst(capturer, link, path.join(folder, 'burst'), load);
        console.log(`${name.padEnd(9)} ${describe(result)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    client.dispose();
    server.dispose();
  }
}

const [first = '5', second = '0', third = '2'] = process.argv.slice(2);
if (first === 'send') send(JSON.parse(second));
else await compare(Number(first), { ratePerSecond: Number(second), senders: Number(third) });
