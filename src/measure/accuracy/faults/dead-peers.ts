import { defineFault, type FaultKind, roseBy } from '../fault.ts';
import type { Measured } from '../measured.ts';

/** As many sockets of this port as have sent again, or probed, without an answer (/proc/net/tcp: retransmits). */
function silentOn(port: number, { after }: Measured, least: number): string | undefined {
  const silent = after.sockets.filter(
    (socket) =>
      (socket.localPort === port || socket.remotePort === port) &&
      socket.state === 'ESTABLISHED' &&
      (socket.retransmits > 0 || socket.timer === 'retransmit'),
  ).length;
  return silent >= least ? undefined : `${silent} silent connections`;
}

const vanishedDatabase = defineFault({
  name: 'dead-peers/data-unacknowledged-there',
  id: 'dead-peers',
  inject: async (site, dice) => {
    const { port } = await site.serveThere({ backlog: 128, read: true });
    const count = dice.whole(3, 30);
    const clients = await site.reach({
      port,
      count,
      sendBytes: 60,
      sendEveryMs: dice.whole(100, 400),
      holdMs: 120_000,
    });
    await pause(500);
    site.filter('there', 'input', `tcp dport ${port} drop`);
    return {
      truths: [
        {
          id: 'dead-peers',
          cause: 'data-unacknowledged',
          subject: { destination: site.destination(port), pid: String(clients.pid) },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 2500,
      missing: (found) => silentOn(port, found, 3),
    };
  },
});

/** Clients in the middle of a download go away without a word. */
const vanishedClients = defineFault({
  name: 'dead-peers/data-unacknowledged-here',
  id: 'dead-peers',
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: 128, replyBytes: 200_000_000 });
    const count = dice.whole(4, 12);
    const slowly = { count, receiveUntilClose: true };
    site.filter(
      'there',
      'input',
      `tcp sport ${server.port} limit rate over 200/second burst 60 packets drop`,
    );
    await site.visit({ port: server.port, ...slowly });
    await pause(400);
    site.filter('there', 'input', `tcp sport ${server.port} drop`);
    return {
      truths: [
        {
          id: 'dead-peers',
          cause: 'data-unacknowledged',
          subject: { listener: server.listener, pid: String(server.pid) },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 3500,
      missing: (found) => silentOn(server.port, found, 3),
    };
  },
});

const unansweredKeepalive = defineFault({
  name: 'dead-peers/keepalive-unanswered',
  id: 'dead-peers',
  inject: async (site, dice) => {
    const keepalive = { idleSeconds: 1, intervalSeconds: dice.whole(1, 2), probes: 9 };
    const server = await site.serve({ backlog: 128, read: true, keepalive });
    const count = dice.whole(3, 40);
    await site.visit({ port: server.port, count, close: 'never' });
    await pause(400);
    site.filter('there', 'input', `tcp sport ${server.port} drop`);
    return {
      truths: [
        {
          id: 'dead-peers',
          cause: 'keepalive-unanswered',
          subject: { listener: server.listener, pid: String(server.pid) },
          level: 'alarm',
        },
      ],
      parameters: { count, ...keepalive },
      settleMs: 3000,
      missing: (found) => roseBy(found, 'TcpExt.TCPKeepAlive', 3),
    };
  },
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export const deadPeers: readonly FaultKind[] = [vanishedDatabase, vanishedClients, unansweredKeepalive];
