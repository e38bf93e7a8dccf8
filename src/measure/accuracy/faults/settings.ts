import { steady } from '../background.ts';
import { defineFault, type FaultKind, roseBy } from '../fault.ts';
import { countSockets } from '../measured.ts';
import type { Truth } from '../truth.ts';
import { acceptQueueTruth } from './accept-queue-overflow.ts';

/** Parameters that are wrong, alone or together with what they do. */

const cookies = (name: 'syncookies-off' | 'syncookies-always', value: 0 | 2): FaultKind =>
  defineFault({
    name: `${name}/setting`,
    id: name,
    sets: ['syncookies'],
    inject: async (site, dice) => {
      site.here.setSysctl('net.ipv4.tcp_syncookies', value);
      const { port } = await site.serve({ backlog: 511, read: true, replyBytes: 900, closeAfterMs: 10 });
      const rate = dice.whole(5, 60);
      await site.visit({ port, ...steady(rate), sendBytes: 300, receiveUntilClose: true });
      return {
        truths: [
          { id: name, cause: 'setting', subject: { sysctl: 'net.ipv4.tcp_syncookies' }, level: 'alarm' },
        ],
        parameters: { rate },
        missing: (found) => roseBy(found, 'Tcp.PassiveOpens', rate),
      };
    },
  });

/** Nobody comes near the limit, but the host was given a larger one. */
const containerSomaxconn = defineFault({
  name: 'namespace-sysctl-mismatch/not-inherited',
  id: 'namespace-sysctl-mismatch',
  sets: ['somaxconn'],
  inject: async (site, dice) => {
    const somaxconn = dice.pick([64, 128, 256, 512]);
    site.here.setSysctl('net.core.somaxconn', somaxconn);
    const server = await site.serve({ backlog: 4096, read: true, replyBytes: 900, closeAfterMs: 10 });
    const rate = dice.whole(5, 60);
    await site.visit({ port: server.port, ...steady(rate), sendBytes: 300, receiveUntilClose: true });
    const truths: Truth[] = [
      {
        id: 'namespace-sysctl-mismatch',
        cause: 'not-inherited',
        subject: { sysctl: 'net.core.somaxconn' },
        level: 'alarm',
      },
      {
        id: 'backlog-capped',
        cause: 'somaxconn',
        subject: { listener: server.listener, pid: String(server.pid) },
        level: 'remark',
      },
    ];
    return {
      truths,
      parameters: { somaxconn, rate },
      missing: (found) => roseBy(found, 'Tcp.PassiveOpens', rate),
    };
  },
});

/** Field story: the program asks for enough, its namespace gives it less, and the queue overflows. */
const cappedAndFull = defineFault({
  name: 'backlog-capped/somaxconn',
  id: 'accept-queue-overflow',
  sets: ['somaxconn', 'listen-overflows'],
  leadsTo: [{ id: 'namespace-sysctl-mismatch', because: 'the host has a larger somaxconn' }],
  inject: async (site, dice) => {
    const somaxconn = dice.pick([8, 16, 32, 64]);
    site.here.setSysctl('net.core.somaxconn', somaxconn);
    const acceptEveryMs = dice.whole(20, 50);
    const server = await site.serve({ backlog: 1024, mode: 'slow-accept', acceptEveryMs, read: true });
    const rate = Math.ceil((1000 / acceptEveryMs) * dice.whole(3, 6));
    await site.visit({ port: server.port, ...steady(rate), sendBytes: 300, holdMs: 50 });
    return {
      truths: [
        acceptQueueTruth(server, 'sustained-overload'),
        {
          id: 'backlog-capped',
          cause: 'somaxconn',
          subject: { listener: server.listener, sysctl: 'net.core.somaxconn' },
          level: 'alarm',
        },
      ],
      parameters: { somaxconn, acceptEveryMs, rate },
      settleMs: 800,
      missing: (found) => roseBy(found, 'TcpExt.ListenOverflows', 10),
    };
  },
});

const abortAndFull = defineFault({
  name: 'abort-on-overflow/dropped-all-the-same',
  id: 'accept-queue-overflow',
  sets: ['abort-on-overflow', 'listen-overflows'],
  link: () => null,
  inject: async (site, dice) => {
    site.here.setSysctl('net.ipv4.tcp_abort_on_overflow', 1);
    const backlog = dice.whole(4, 64);
    const server = await site.serve({ backlog, mode: 'never-accept' });
    await site.visit({ port: server.port, count: backlog + dice.whole(12, 60), close: 'never' });
    return {
      truths: [
        acceptQueueTruth(server, 'blocked'),
        {
          id: 'abort-on-overflow',
          cause: 'dropped-all-the-same',
          subject: { listener: server.listener },
          level: 'alarm',
        },
      ],
      parameters: { backlog },
      missing: (found) => roseBy(found, 'TcpExt.ListenOverflows', 5),
    };
  },
});

const abortUnused = defineFault({
  name: 'abort-on-overflow/not-default',
  id: 'abort-on-overflow',
  remark: true,
  sets: ['abort-on-overflow'],
  inject: async (site, dice) => {
    site.here.setSysctl('net.ipv4.tcp_abort_on_overflow', 1);
    const { port } = await site.serve({ backlog: 511, read: true, replyBytes: 900, closeAfterMs: 10 });
    const rate = dice.whole(5, 60);
    await site.visit({ port, ...steady(rate), sendBytes: 300, receiveUntilClose: true });
    return {
      truths: [
        {
          id: 'abort-on-overflow',
          cause: 'not-default',
          subject: { sysctl: 'net.ipv4.tcp_abort_on_overflow' },
          level: 'remark',
        },
      ],
      parameters: { rate },
      missing: (found) => roseBy(found, 'Tcp.PassiveOpens', rate),
    };
  },
});

const withoutKeepalive = defineFault({
  name: 'no-keepalive/no-so-keepalive',
  id: 'no-keepalive',
  remark: true,
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: 128, read: true, hold: true });
    const count = dice.whole(5, 60);
    await site.visit({ port: server.port, count, close: 'never', sendBytes: 30 });
    return {
      truths: [{ id: 'no-keepalive', cause: 'no-so-keepalive', subject: {}, level: 'remark' }],
      parameters: { count },
      settleMs: 2500,
      missing: ({ after }) => {
        const there = countSockets(after, 'ESTABLISHED', { local: server.port });
        return there >= 3 ? undefined : `${there} connections`;
      },
    };
  },
});

export const wrongSettings: readonly FaultKind[] = [
  cookies('syncookies-off', 0),
  cookies('syncookies-always', 2),
  containerSomaxconn,
  cappedAndFull,
  abortAndFull,
  abortUnused,
  withoutKeepalive,
];
