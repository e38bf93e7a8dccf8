import { steady } from '../background.ts';
import { defineFault, type FaultKind, roseBy } from '../fault.ts';

/** Segments that are lost, or that nobody wants. */

const lossyLink = defineFault({
  name: 'retransmissions/lossy-link',
  id: 'retransmissions',
  sets: ['link', 'resends'],
  link: (dice) => ({
    delayMs: dice.whole(1, 20),
    lossPercent: dice.whole(3, 9),
    seed: dice.whole(1, 1_000_000),
  }),
  inject: async (site, dice) => {
    const replyBytes = dice.whole(200_000, 600_000);
    const { port } = await site.serve({ backlog: 128, read: true, replyBytes, closeAfterMs: 700 });
    await site.visit({ port, ...steady(dice.whole(8, 14)), sendBytes: 100, receiveUntilClose: true });
    return {
      truths: [{ id: 'retransmissions', cause: 'packet-loss', subject: {}, level: 'alarm' }],
      parameters: { replyBytes },
      settleMs: 800,
      missing: (found) =>
        (found.rise('Tcp.RetransSegs') - found.rise('TcpExt.TCPSynRetrans')) * 50 >= found.rise('Tcp.OutSegs')
          ? roseBy(found, 'Tcp.RetransSegs', 40)
          : `${found.rise('Tcp.RetransSegs')} of ${found.rise('Tcp.OutSegs')} segments were sent again`,
    };
  },
});

const droppedOnTheWay = defineFault({
  name: 'retransmissions/dropped-on-the-way',
  id: 'retransmissions',
  sets: ['resends'],
  link: () => null,
  inject: async (site, dice) => {
    const replyBytes = dice.whole(500_000, 3_000_000);
    const percent = dice.whole(4, 9);
    const { port } = await site.serve({ backlog: 128, read: true, replyBytes, closeAfterMs: 700 });
    site.filter('there', 'input', `tcp sport ${port} numgen random mod 100 < ${percent} drop`);
    await site.visit({ port, ...steady(dice.whole(6, 14)), sendBytes: 100, receiveUntilClose: true });
    return {
      truths: [{ id: 'retransmissions', cause: 'packet-loss', subject: {}, level: 'alarm' }],
      parameters: { replyBytes, percent },
      settleMs: 600,
      missing: (found) => roseBy(found, 'Tcp.RetransSegs', 60),
    };
  },
});

const backwardClock = defineFault({
  name: 'paws-rejections/old-timestamps',
  id: 'paws-rejections',
  sets: ['timestamps', 'resends'],
  inject: async (site, dice) => {
    const { port } = await site.serve({ backlog: 128, read: true, hold: true });
    const count = dice.whole(8, 25);
    const clients = { count, ratePerSecond: 4, sendBytes: 10, sendEveryMs: 100, holdMs: 120_000 };
    await site.visit({ port, ...clients, oldTimestampMs: dice.whole(20_000, 900_000) });
    return {
      truths: [
        {
          id: 'paws-rejections',
          cause: 'old-timestamps',
          subject: { counter: 'TcpExt.PAWSEstab' },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 500,
      missing: (found) => roseBy(found, 'TcpExt.PAWSEstab', 10),
    };
  },
});

export const badPaths: readonly FaultKind[] = [lossyLink, droppedOnTheWay, backwardClock];
