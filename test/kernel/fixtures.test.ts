import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { parseConntrackStat } from '../../src/kernel/procfs/conntrack.ts';
import { readNetCounters, readSockstat } from '../../src/kernel/procfs/net-counters.ts';
import { readNetDev } from '../../src/kernel/procfs/net-dev.ts';
import { readSoftnetStat } from '../../src/kernel/procfs/softnet-stat.ts';
import { readTcpTable } from '../../src/kernel/procfs/tcp-table.ts';
import type { Reading } from '../../src/tcp/reading.ts';
import { type Family, type TcpSocket, waitsInAcceptQueue } from '../../src/tcp/socket.ts';
import { type Recording, recordings, replay } from './recorded-dump.ts';

const families = ['ipv4', 'ipv6'] as const;

/** The readers over what a real kernel said; what was staged is in meta.json. */
describe.each(recordings())('as recorded from Linux $name', (recording: Recording) => {
  const { meta, netDirectory } = recording;
  const sockets = (what: 'listen' | 'all', family: Family): TcpSocket[] => {
    const shown: TcpSocket[] = [];
    using diag = new SockDiag(replay(recording.dump(what, family)));
    const dumped = diag.dump({ family, states: [], extensions: 0 }, (message) =>
      shown.push(message.toSocket()),
    );
    expect(dumped).toEqual({ status: 'ok', value: { sockets: shown.length, repeats: 0 } });
    return shown;
  };

  it.each(families)('sock_diag, %s: the states that were staged', (family) => {
    expect(countStates(sockets('all', family))).toEqual(meta.perFamily.states);
  });

  it.each(families)('sock_diag, %s: queues and limits of listeners, and who waits in them', (family) => {
    const listeners = sockets('listen', family);
    const [waiting] = Object.entries(meta.perFamily.acceptQueues);
    expect(listeners).toHaveLength(meta.perFamily.states.LISTEN ?? -1);
    for (const [port, { length, limit }] of Object.entries(meta.perFamily.acceptQueues)) {
      const listener = listeners.find((one) => one.localPort === Number(port));
      expect(listener).toMatchObject({
        family,
        state: 'LISTEN',
        receiveQueue: length,
        sendQueue: limit,
        drops: 0,
      });
      expect(listener?.cgroupId).toMatch(/^\d+$/);
    }
    const members = sockets('all', family).filter(waitsInAcceptQueue);
    expect(members.map((member) => member.localPort)).toEqual(
      Array(waiting?.[1].length).fill(meta.ports.waiting),
    );
  });

  it.each(families)('sock_diag, %s: addresses, ages and timers make sense', (family) => {
    const [server, forged, client] =
      family === 'ipv4'
        ? ['10.90.0.2', /^10\.91\.0\.\d$/, '10.90.0.1']
        : ['fd90::2', /^fd91::\d$/, 'fd90::1'];
    for (const socket of sockets('all', family)) {
      expect(socket.localAddress).toBe(
        socket.state === 'LISTEN' ? (family === 'ipv4' ? '0.0.0.0' : '::') : server,
      );
      if (socket.state === 'SYN_RECV') expect(socket.remoteAddress).toMatch(forged);
      else if (socket.state !== 'LISTEN') expect(socket.remoteAddress).toBe(client);
      if (socket.state === 'TIME_WAIT')
        expect(socket).toMatchObject({ timer: 'time-wait', inode: 0, uid: 0 });
      if (socket.state === 'SYN_RECV') expect(socket).toMatchObject({ timer: 'retransmit', inode: 0 });
      if (socket.state !== 'ESTABLISHED') continue;
      expect(socket.info?.lastAckReceivedMs).toBeLessThan(60_000);
      expect(socket.info?.rttUs).toBeGreaterThan(0);
      if (socket.localPort === meta.ports.busy)
        expect(socket.info).toMatchObject({ bytesReceived: 100, probes: 0 });
    }
  });

  it('/proc/net/tcp and tcp6 show the same sockets', () => {
    const byDiag = families.flatMap((family) => sockets('all', family));
    expect(okValue(readTcpTable(netDirectory)).map(endpoints).toSorted()).toEqual(
      byDiag.map(endpoints).toSorted(),
    );
    const [listener] = okValue(readTcpTable(netDirectory)).filter(
      (socket) => socket.localPort === meta.ports.waiting,
    );
    expect(listener).toMatchObject({ state: 'LISTEN', receiveQueue: 3, sendQueue: 0, timer: 'none' });
  });

  it('sockstat agrees with them', () => {
    const { LISTEN = 0, ESTABLISHED = 0, CLOSE_WAIT = 0, TIME_WAIT = 0 } = meta.perFamily.states;
    expect(okValue(readSockstat(netDirectory))).toMatchObject({
      'TCP.inuse': LISTEN + ESTABLISHED + CLOSE_WAIT,
      'TCP6.inuse': LISTEN + ESTABLISHED + CLOSE_WAIT,
      'TCP.tw': 2 * TIME_WAIT,
      'TCP.orphan': expect.any(Number),
      'TCP.mem': expect.any(Number),
      'FRAG6.memory': 0,
    });
  });

  it('counters: as many connections as were made, none dropped', () => {
    const { ESTABLISHED = 0, CLOSE_WAIT = 0, TIME_WAIT = 0 } = meta.perFamily.states;
    const counters = okValue(readNetCounters(netDirectory));
    expect(counters).toMatchObject({
      'Tcp.CurrEstab': 2 * (ESTABLISHED + CLOSE_WAIT),
      'Tcp.PassiveOpens': 2 * (ESTABLISHED + CLOSE_WAIT + TIME_WAIT),
      'Tcp.MaxConn': -1,
      'TcpExt.ListenOverflows': 0,
      'TcpExt.ListenDrops': 0,
      'TcpExt.SyncookiesSent': 0,
      'TcpExt.TCPReqQFullDrop': 0,
      'Ip6.InNoRoutes': 0,
    });
    expect(counters['IpExt.InOctets']).toBeGreaterThan(1000);
    expect(Object.keys(counters).filter((name) => name.startsWith('TcpExt.')).length).toBeGreaterThan(100);
    expect(Object.keys(counters).every((name) => /^[A-Za-z0-9]+\.\w+$/.test(name))).toBe(true);
  });

  it('interfaces, CPUs, connection tracking', () => {
    const [loopback, veth] = okValue(readNetDev(netDirectory));
    expect(loopback).toMatchObject({ name: 'lo', received: { packets: 0 } });
    expect(veth?.received.packets).toBeGreaterThan(30);
    expect(veth?.sent).toMatchObject({ errors: 0, dropped: 0, fifo: 0 });
    expect(okValue(readSoftnetStat(path.join(netDirectory, 'softnet_stat'))).map((row) => row.cpu)).toEqual([
      ...Array(meta.cpus).keys(),
    ]);
    const conntrack = okValue(
      parseConntrackStat(readFileSync(path.join(netDirectory, 'stat/nf_conntrack'), 'utf8')),
    );
    // Per family 5 + 2 + 2 connections and 5 half-open requests; "entries" is a total, not to be summed over CPUs.
    expect(conntrack.entries).toBe(28);
    expect(conntrack).toMatchObject({ drop: 0, early_drop: 0, insert_failed: 0, search_restart: 0 });
  });

  it('holds nothing of the machine it was recorded on', () => {
    const text = ['netstat', 'snmp', 'tcp', 'tcp6', 'dev']
      .map((name) => readFileSync(path.join(netDirectory, name), 'latin1'))
      .join();
    expect(text).not.toMatch(/\b(?!0{16})[0-9a-f]{16}\b/);
    expect(JSON.stringify(meta)).not.toContain('/');
  });
});

it('is recorded from at least one kernel', () => {
  expect(recordings().length).toBeGreaterThan(0);
});

function countStates(sockets: readonly TcpSocket[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of sockets) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function endpoints(socket: TcpSocket): string {
  const { state, localAddress, localPort, remoteAddress, remotePort, inode, uid } = socket;
  return `${state} ${localAddress} ${localPort} ${remoteAddress} ${remotePort} ${inode} ${uid}`;
}

function okValue<T>(reading: Reading<T>): T {
  expect(reading).toMatchObject({ status: 'ok' });
  if (reading.status !== 'ok') throw new Error('unreachable');
  return reading.value;
}
