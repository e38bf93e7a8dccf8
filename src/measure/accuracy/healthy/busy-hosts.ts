import { setTimeout as sleep } from 'node:timers/promises';
import { addAddresses } from '../../../lab/link.ts';
import { steady } from '../background.ts';
import { defineHealthy, type HealthyKind, lostNothing } from '../healthy-kind.ts';
import { countSockets } from '../measured.ts';

const nearItsLimit = defineHealthy({
  name: 'near-its-limit',
  start: async (site, dice) => {
    const rate = dice.whole(200, 350);
    const answers = { read: true, replyBytes: 900, closeAfterMs: 60, workMs: 0.5 };
    const { port } = await site.serve({ backlog: 511, ...answers });
    await site.visit({ port, ...steady(rate), sendBytes: 300, receiveUntilClose: true });
    return { parameters: { rate }, missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }) };
  },
});

const burstsThatFit = defineHealthy({
  name: 'bursts-that-fit',
  start: async (site, dice) => {
    const count = dice.whole(60, 300);
    const answers = { read: true, replyBytes: 1500, closeAfterMs: 300 };
    const { port } = await site.serve({ backlog: 2 * count, ...answers });
    const everyMs = dice.whole(900, 2500);
    await site.visit({ port, count, repeatEveryMs: everyMs, sendBytes: 400, receiveUntilClose: true });
    return {
      parameters: { count, everyMs },
      missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': count }),
    };
  },
});

const shortConnections = defineHealthy({
  name: 'short-connections',
  link: () => null,
  start: async (site, dice) => {
    const rate = dice.whole(400, 800);
    const { port } = await site.serve({ backlog: 1024, read: true, replyBytes: 1200, closeAfterMs: 40 });
    await site.visit({ port, ...steady(rate), sendBytes: 500, receiveUntilClose: true });
    return { parameters: { rate }, missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': 2 * rate }) };
  },
});

const idleWithKeepalive = defineHealthy({
  name: 'long-idle-with-keepalive',
  start: async (site, dice) => {
    const count = dice.whole(100, 600);
    const keepalive = { idleSeconds: dice.whole(1, 3), intervalSeconds: dice.whole(1, 3), probes: 5 };
    const { port } = await site.serve({ backlog: 1024, read: true, keepalive });
    await site.visit({ port, count, close: 'never', sendBytes: 60, ratePerSecond: 1000 });
    return {
      parameters: { count, ...keepalive },
      settleMs: 1500,
      missing: (found) => lostNothing(found, { 'TcpExt.TCPKeepAlive': count / 2 }),
    };
  },
});

/** As a client of others: each question on a connection of its own, closed from here. */
const manyTimeWaits = defineHealthy({
  name: 'many-time-waits',
  start: async (site, dice) => {
    const rate = dice.whole(150, 400);
    const { port } = await site.serveThere({ backlog: 1024, read: true });
    await site.reach({ port, ...steady(rate), sendBytes: 300, holdMs: 20 });
    return {
      parameters: { rate },
      settleMs: 2000,
      missing: (found) => {
        const there = countSockets(found.after, 'TIME_WAIT', { remote: port });
        return there >= 300 ? lostNothing(found, { 'Tcp.ActiveOpens': rate }) : `${there} in TIME_WAIT`;
      },
    };
  },
});

const longWay = defineHealthy({
  name: 'long-way',
  link: (dice) => ({
    delayMs: dice.whole(80, 250),
    jitterMs: dice.whole(0, 20),
    seed: dice.whole(1, 1_000_000),
  }),
  start: async (site, dice) => {
    const rate = dice.whole(20, 80);
    const answers = { read: true, replyBytes: dice.whole(2000, 60_000), closeAfterMs: 900 };
    const { port } = await site.serve({ backlog: 511, ...answers });
    await site.visit({ port, ...steady(rate), repeatEveryMs: 3000, sendBytes: 600, receiveUntilClose: true });
    return {
      parameters: { rate },
      settleMs: 1000,
      missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }),
    };
  },
});

/** Losses of some per thousand are what wireless and long paths have. */
const almostLossless = defineHealthy({
  name: 'almost-lossless-path',
  link: (dice) => ({ delayMs: dice.whole(5, 40), lossPercent: 0.2, seed: dice.whole(1, 1_000_000) }),
  start: async (site, dice) => {
    const rate = dice.whole(15, 40);
    const { port } = await site.serve({ backlog: 511, read: true, replyBytes: 30_000, closeAfterMs: 800 });
    await site.visit({ port, ...steady(rate), repeatEveryMs: 2000, sendBytes: 300, receiveUntilClose: true });
    return {
      parameters: { rate },
      settleMs: 800,
      missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }),
    };
  },
});

/** A deployment: for a moment nobody listens, and clients who come then are refused. */
const restartedServer = defineHealthy({
  name: 'restarted-server',
  start: async (site, dice) => {
    const options = { port: site.freePort(), backlog: 511, read: true, replyBytes: 900, closeAfterMs: 30 };
    const { process } = await site.serve(options);
    const rate = dice.whole(5, 40);
    await site.visit({ port: options.port, ...steady(rate), sendBytes: 300, receiveUntilClose: true });
    const again = async (): Promise<void> => {
      await sleep(dice.whole(1500, 4500));
      await process.stop();
      await sleep(dice.whole(50, 400));
      await site.serve(options);
    };
    again().catch(() => {}); // The site may be gone by then.
    return { parameters: { rate }, missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }) };
  },
});

const someResets = defineHealthy({
  name: 'some-resets',
  start: async (site, dice) => {
    const rate = dice.whole(20, 100);
    const { port } = await site.serve({ backlog: 511, read: true, replyBytes: 2000 });
    await site.visit({ port, ...steady(rate), sendBytes: 300, holdMs: 40, close: 'rst' });
    await site.visit({ port: site.freePort(), count: 2, ratePerSecond: 1 });
    return { parameters: { rate }, missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }) };
  },
});

/** Clients that say all they have to say, half-close, and wait for a slow answer. */
const slowAnswers = defineHealthy({
  name: 'slow-answers-to-half-closed-clients',
  start: async (site, dice) => {
    const rate = dice.whole(3, 15);
    const closeAfterMs = dice.whole(800, 1800);
    const { port } = await site.serve({ backlog: 511, read: true, hold: true, closeAfterMs });
    for (let n = 0; n < 8; n++) {
      const clients = { count: rate, ratePerSecond: rate, sendBytes: 200, close: 'shutdown-write' } as const;
      setTimeout(() => {
        site.visit({ port, ...clients }).catch(() => {}); // The site may be gone by then.
      }, n * 1000).unref();
    }
    return {
      parameters: { rate, closeAfterMs },
      settleMs: 1500,
      missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }),
    };
  },
});

/** Load balancers look whether the port is open; three of them, every second or two. */
const healthChecks = defineHealthy({
  name: 'health-checks',
  start: async (site, dice) => {
    const { port } = await site.serve({ backlog: 511, read: true, replyBytes: 1500, closeAfterMs: 60 });
    const checks = { count: 3, repeatEveryMs: dice.whole(1000, 2000), ratePerSecond: 3 };
    const prefix = site.isIpv6 ? 'fd92::/64' : '10.92.0.0/16';
    await site.visit({ port, ...checks, from: addAddresses(site.link.a, site.link.b, prefix, 3) });
    const rate = dice.whole(20, 120);
    await site.visit({ port, ...steady(rate), sendBytes: 300, receiveUntilClose: true });
    return { parameters: { rate }, missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }) };
  },
});

const poolsInUse = defineHealthy({
  name: 'pools-in-use',
  start: async (site, dice) => {
    const count = dice.whole(20, 80);
    for (let n = dice.whole(1, 3); n > 0; n--) {
      const { port } = await site.serveThere({ backlog: 256, read: true, replyBytes: 3000 });
      await site.reach({ port, count, sendBytes: 400, sendEveryMs: dice.whole(50, 500), holdMs: 120_000 });
    }
    return { parameters: { count }, missing: (found) => lostNothing(found, { 'Tcp.OutSegs': 5 * count }) };
  },
});

/** Many at once over a delay: the requests fit into the SYN queue, and the connections into the accept queue. */
const crowdOverDelay = defineHealthy({
  name: 'crowd-over-a-delay',
  link: (dice) => ({ delayMs: dice.whole(20, 80), seed: dice.whole(1, 1_000_000) }),
  start: async (site, dice) => {
    const count = dice.whole(100, 300);
    const { port } = await site.serve({ backlog: 1024, read: true, replyBytes: 900, closeAfterMs: 300 });
    const everyMs = dice.whole(1200, 3000);
    await site.visit({ port, count, repeatEveryMs: everyMs, sendBytes: 300, receiveUntilClose: true });
    return {
      parameters: { count, everyMs },
      missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': count }),
    };
  },
});

export const busyHosts: readonly HealthyKind[] = [
  nearItsLimit,
  burstsThatFit,
  shortConnections,
  idleWithKeepalive,
  manyTimeWaits,
  longWay,
  almostLossless,
  restartedServer,
  someResets,
  slowAnswers,
  healthChecks,
  poolsInUse,
  crowdOverDelay,
];
