/**
 * How many forged SYNs a second the lab's generator sends, and how many connections a second its clients make; each from one process,
 * towards a listener of the lab in another network namespace (veth) or in the same one (loopback). What arrived is counted by the
 * receiver's kernel, not by the sender. Needs root and iproute2. Usage: npm run bench:generators [rounds]
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { inNamespace } from '../build/kernel/netns/enter.js';
import { addAddresses, connectNamespaces, swallowReplies } from '../build/lab/link.js';
import { LabNamespace } from '../build/lab/namespace.js';

const rounds = Number(process.argv[2] ?? 5);
const PACKETS = 300_000;
const CONNECTIONS = 40_000;
const CLIENTS = 50;
/** Many, so that the ports of closed connections (TIME_WAIT) do not run out. */
const ADDRESSES = 50;

const families = [
  { name: 'IPv4', any: '0.0.0.0', server: '10.90.0.2', forged: '10.91.0.0/16', senders: '10.92.0.0/16' },
  { name: 'IPv6', any: '::', server: 'fd90::2', forged: 'fd91::/64', senders: 'fd92::/64' },
];
const loopback = Array.from({ length: ADDRESSES }, (_, n) => `127.0.1.${n + 1}`);

function counters(namespace) {
  const text = inNamespace(namespace.path, () =>
    ['snmp', 'netstat'].map((file) => readFileSync(`/proc/thread-self/net/${file}`, 'utf8')).join(''),
  );
  const lines = text.split('\n').map((line) => line.split(' '));
  const found = {};
  for (let i = 0; i + 1 < lines.length; i += 2) {
    for (let n = 1; n < lines[i].length; n++) found[lines[i][n]] = Number(lines[i + 1][n]);
  }
  return found;
}

async function moved(namespace, work) {
  const before = counters(namespace);
  const result = await work();
  const after = counters(namespace);
  return { result, by: (name) => after[name] - before[name] };
}

async function forgedSyns({ client, server, link }, { any, server: to, forged }) {
  const listener = server.spawn('listener', { address: any, port: 80, backlog: 256 });
  await listener.ready;
  const macs = { sourceMac: link.a.mac, destinationMac: link.b.mac };
  const options = { device: link.a.device, ...macs, to, port: 80, sourcePrefix: forged, count: PACKETS };
  const { result, by } = await moved(server, () => client.spawn('spoof', options).done);
  await listener.stop();
  const answered = by('SyncookiesSent');
  return {
    perSecond: result.packetsPerSecond,
    note: `of ${result.sent} sent, ${by('InSegs')} reached TCP, ${answered} were answered with a cookie`,
  };
}

async function connections(from, to, any, addresses) {
  const listener = any.namespace.spawn('listener', {
    address: any.address,
    port: 80,
    backlog: 4096,
    read: true,
  });
  await listener.ready;
  const options = {
    to,
    port: 80,
    count: CLIENTS,
    repeats: CONNECTIONS / CLIENTS,
    ...(addresses ? { from: addresses } : {}),
  };
  const { established, attempted, connectionsPerSecond } = await from.spawn('clients', options).done;
  // The server is a little behind: it has the last ones still in its queue.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await listener.stop();
  const { accepted, closedByPeer } = await listener.done;
  return {
    perSecond: connectionsPerSecond,
    note: `of ${attempted}, ${established} established, ${accepted} accepted, ${closedByPeer} read to their end`,
  };
}

function experiments(staged) {
  const { client, server, link } = staged;
  const list = [];
  for (const family of families) {
    swallowReplies(link.a, link.b, family.forged);
    const own = addAddresses(link.a, link.b, family.senders, ADDRESSES);
    const any = { namespace: server, address: family.any };
    list.push(
      [`${family.name} forged SYNs, veth`, () => forgedSyns(staged, family)],
      [`${family.name} connections, veth`, () => connections(client, family.server, any, own)],
    );
  }
  const any = { namespace: server, address: '127.0.0.1' };
  list.push(['IPv4 connections, loopback', () => connections(server, '127.0.0.1', any, loopback)]);
  return list;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function main() {
  const [client, server] = [LabNamespace.create('bench'), LabNamespace.create('bench')];
  try {
    server.setSysctl('net.ipv4.tcp_syncookies', 1);
    const link = connectNamespaces(client, server);
    const load = os.loadavg()[0].toFixed(1);
    console.log(
      `${os.cpus().length} x ${os.cpus()[0].model}, Linux ${os.release()}, Node ${process.version}, ${rounds} rounds; load before: ${load}`,
    );
    const list = experiments({ client, server, link });
    const results = new Map(list.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of list) results.get(name).push(await run());
    }
    for (const [name, runs] of results) {
      const rates = runs.map(({ perSecond }) => perSecond);
      const raw = rates.map((rate) => Math.round(rate)).join(' ');
      console.log(`${Math.round(median(rates)).toString().padStart(8)}/s  ${name}  [${raw}]`);
      console.log(`            last run: ${runs.at(-1).note}`);
    }
  } finally {
    client.dispose();
    server.dispose();
  }
}

await main();
