import { steady } from '../background.ts';
import { defineFault, type FaultKind, type Injected, roseBy } from '../fault.ts';
import { fillConntrack } from '../fill-conntrack.ts';
import { countSockets } from '../measured.ts';
import type { Site } from '../site.ts';

/** Tables and ranges of a namespace that have no room any more. */

const timeWaitOverflow = defineFault({
  name: 'time-wait-overflow/limit-too-small',
  id: 'time-wait-overflow',
  sets: ['tw-buckets'],
  inject: async (site, dice) => {
    const limit = dice.whole(5, 60);
    site.here.setSysctl('net.ipv4.tcp_max_tw_buckets', limit);
    const { port } = await site.serve({ backlog: 256, replyBytes: 900, closeAfterMs: 1 });
    const rate = dice.whole(30, 120);
    await site.visit({ port, ...steady(rate), receiveUntilClose: true });
    return {
      truths: [
        {
          id: 'time-wait-overflow',
          cause: 'limit-too-small',
          subject: { sysctl: 'net.ipv4.tcp_max_tw_buckets' },
          level: 'alarm',
        },
      ],
      parameters: { limit, rate },
      settleMs: 1000,
      missing: (found) => roseBy(found, 'TcpExt.TCPTimeWaitOverflow', 5),
    };
  },
});

function narrowRange(site: Site, ports: number): void {
  site.here.setSysctl('net.ipv4.ip_local_port_range', `40000 ${40_000 + ports - 1}`);
}

const sourcePorts = (
  cause: string,
  fill: (site: Site, ports: number) => Promise<Pick<Injected, 'missing'> & { port: number; to: string }>,
): FaultKind =>
  defineFault({
    name: `ephemeral-ports-exhausted/${cause}`,
    id: 'ephemeral-ports-exhausted',
    sets: ['port-range'],
    inject: async (site, dice) => {
      const ports = dice.whole(20, 200);
      narrowRange(site, ports);
      const { port, to, missing } = await fill(site, ports);
      const destination = to.includes(':') ? `[${to}]:${port}` : `${to}:${port}`;
      return {
        truths: [{ id: 'ephemeral-ports-exhausted', cause, subject: { destination }, level: 'alarm' }],
        parameters: { ports },
        missing,
      };
    },
  });

const inTimeWait = sourcePorts('time-wait', async (site, ports) => {
  const { port } = await site.serveThere({ backlog: 512, read: true });
  const filling = await site.reach({ port, count: ports * 2, ratePerSecond: 400, sendBytes: 80 });
  await filling.done;
  return {
    port,
    to: site.thereAddress,
    missing: ({ after }) => {
      const there = countSockets(after, 'TIME_WAIT', { remote: port });
      return there >= ports * 0.98 ? undefined : `${there} of ${ports} ports in TIME_WAIT`;
    },
  };
});

const stillOpen = sourcePorts('open-connections', async (site, ports) => {
  const { port } = await site.serveThere({ backlog: 512, read: true });
  const filling = await site.reach({ port, count: ports + 20, ratePerSecond: 500, close: 'never' });
  await filling.done;
  return {
    port,
    to: site.thereAddress,
    missing: ({ after }) => {
      const there = countSockets(after, 'ESTABLISHED', { remote: port });
      return there >= ports * 0.98 ? undefined : `${there} of ${ports} ports in use`;
    },
  };
});

/** On loopback a port is taken over after a second; more connections a second than there are ports fail all the same. */
const reuseTooSlow = sourcePorts('reuse-too-slow', async (site, ports) => {
  const port = site.freePort();
  const to = site.loopback;
  await site.serve({ address: to, dualStack: false, port, backlog: 512, read: true });
  await site.reach({ to, port, ...steady(ports * 3), sendBytes: 120 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return { port, to, missing: (found) => roseBy(found, 'TcpExt.TWRecycled', ports * 2) };
});

const conntrackFull = defineFault({
  name: 'conntrack-full/table-full',
  id: 'conntrack-full',
  sets: ['conntrack', 'firewall'],
  leadsTo: [{ id: 'connect-timeouts', because: 'what programs here open needs an entry as well' }],
  link: () => null,
  inject: async (site, dice) => {
    site.filter('here', 'input', 'ct state established accept');
    const server = await site.serve({ backlog: 128, read: true });
    fillConntrack(site.here, site.family, Number(site.here.getSysctl('net.netfilter.nf_conntrack_max')));
    const rate = dice.whole(5, 40);
    await site.visit({ port: server.port, ...steady(rate), giveUpAfterMs: 900, sendBytes: 100 });
    return {
      truths: [
        {
          id: 'conntrack-full',
          cause: 'table-full',
          subject: { sysctl: 'net.netfilter.nf_conntrack_max' },
          level: 'alarm',
        },
      ],
      parameters: { rate },
      // What it drops never reaches TCP: the clients of a full table open nothing.
      missing: (found) =>
        found.rise('Tcp.PassiveOpens') <= rate
          ? undefined
          : `${found.rise('Tcp.PassiveOpens')} clients got in`,
    };
  },
});

export const usedUp: readonly FaultKind[] = [
  timeWaitOverflow,
  inTimeWait,
  stillOpen,
  reuseTooSlow,
  conntrackFull,
];
