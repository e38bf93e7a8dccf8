import { formatEndpoint } from '../../../base/ip-text.ts';
import { steady } from '../background.ts';
import type { Dice } from '../dice.ts';
import { defineFault, type FaultKind, type Injected } from '../fault.ts';
import { countSockets, type Measured } from '../measured.ts';
import type { Site } from '../site.ts';
import type { Truth } from '../truth.ts';

interface Variant {
  readonly name: string;
  readonly cause: string;
  readonly knock: (
    site: Site,
    dice: Dice,
    port: number,
  ) => Promise<Pick<Truth, 'subject'> & Partial<Injected>>;
  readonly said: (measured: Measured) => number;
}

/** At least three attempts while the doctor watches. */
const FEWEST = 6;

const refusal = ({ name, cause, knock, said }: Variant): FaultKind =>
  defineFault({
    name: `connect-refused/${name}`,
    id: 'connect-refused',
    sudden: true,
    inject: async (site, dice) => {
      const port = site.freePort();
      const { subject, ...more } = await knock(site, dice, port);
      return {
        truths: [{ id: 'connect-refused', cause, subject, level: 'alarm' }],
        parameters: { port },
        settleMs: 200,
        missing: (found) => (said(found) >= FEWEST ? undefined : `${said(found)} refusals`),
        ...more,
      };
    },
  });

/** One client or several, who try again and again. */
function knocking(dice: Dice): { count: number; repeatEveryMs: number; ratePerSecond: number } {
  return { count: dice.whole(1, 6), repeatEveryMs: dice.whole(150, 500), ratePerSecond: 20 };
}

const resetsSent = (found: Measured): number => found.rise('Tcp.OutRsts');
const resetsReceived = (found: Measured): number => found.rise('Tcp.AttemptFails');
const unreachablesReceived = (found: Measured): number =>
  (found.rise('Icmp.InDestUnreachs') + found.rise('Icmp6.InDestUnreachs')) * FEWEST;

async function knockHere(site: Site, dice: Dice, port: number): ReturnType<Variant['knock']> {
  await site.visit({ port, ...knocking(dice) });
  return { subject: { destination: formatEndpoint(site.hereAddress, port), direction: 'incoming' } };
}

async function knockThere(
  site: Site,
  dice: Dice,
  port: number,
  to = site.thereAddress,
): ReturnType<Variant['knock']> {
  await site.reach({ to, port, ...knocking(dice) });
  return { subject: { destination: formatEndpoint(to, port), direction: 'outgoing' } };
}

/** A server that goes away while its clients keep coming. */
const listenerGone = defineFault({
  name: 'connect-refused/listener-gone',
  id: 'connect-refused',
  inject: async (site, dice) => {
    const answers = { read: true, replyBytes: 700, closeAfterMs: 60 };
    const { port, process } = await site.serve({ backlog: 256, ...answers });
    const rate = dice.whole(8, 40);
    await site.visit({ port, ...steady(rate), sendBytes: 200, receiveUntilClose: true });
    const subject = { destination: formatEndpoint(site.hereAddress, port), direction: 'incoming' };
    return {
      truths: [{ id: 'connect-refused', cause: 'listener-gone', subject, level: 'alarm' }],
      parameters: { rate },
      during: () => process.stop(),
      missing: (found) => {
        const listened = countSockets(found.before, 'LISTEN', { local: port }) > 0;
        if (!listened) return 'it was gone before the doctor began to watch';
        return resetsSent(found) >= FEWEST ? undefined : `${resetsSent(found)} refusals`;
      },
    };
  },
});

export const connectRefusals: readonly FaultKind[] = [
  listenerGone,
  refusal({ name: 'nothing-listens', cause: 'nothing-listens', knock: knockHere, said: resetsSent }),
  refusal({
    name: 'bound-elsewhere',
    cause: 'bound-elsewhere',
    said: resetsSent,
    knock: async (site, dice, port) => {
      await site.serve({ address: site.loopback, dualStack: false, port, backlog: 128 });
      return await knockHere(site, dice, port);
    },
  }),
  refusal({
    name: 'reset-by-firewall-here',
    cause: 'rejected-here',
    // Netfilter makes the RST itself, and no counter of TCP rises: the clients' tally would be the only witness.
    said: (found) => (found.rise('Tcp.PassiveOpens') >= 0 ? FEWEST : 0),
    knock: async (site, dice, port) => {
      await site.serve({ port, backlog: 128, read: true });
      site.filter('here', 'input', `tcp dport ${port} reject with tcp reset`);
      return await knockHere(site, dice, port);
    },
  }),
  refusal({
    name: 'icmp-by-firewall-here',
    cause: 'rejected-here',
    said: (found) => (found.rise('Icmp.OutDestUnreachs') + found.rise('Icmp6.OutDestUnreachs')) * FEWEST,
    knock: async (site, dice, port) => {
      await site.serve({ port, backlog: 128, read: true });
      site.filter(
        'here',
        'input',
        `tcp dport ${port} reject with icmpx ${dice.pick(['port-unreachable', 'admin-prohibited', 'host-unreachable'])}`,
      );
      return await knockHere(site, dice, port);
    },
  }),
  refusal({ name: 'refused-by-peer', cause: 'refused-by-peer', knock: knockThere, said: resetsReceived }),
  refusal({
    name: 'icmp-by-firewall-there',
    cause: 'rejected-by-firewall',
    said: unreachablesReceived,
    knock: async (site, dice, port) => {
      const kind = dice.pick(['port-unreachable', 'admin-prohibited', 'host-unreachable']);
      site.filter('there', 'input', `tcp dport ${port} reject with icmpx ${kind}`);
      return { ...(await knockThere(site, dice, port)), parameters: { port, kind } };
    },
  }),
  refusal({
    name: 'no-route-there',
    cause: 'unreachable',
    said: unreachablesReceived,
    knock: async (site, dice, port) => {
      const [prefix, to, version] = site.isIpv6
        ? ['fd99::/64', 'fd99::9', '-6']
        : ['10.99.0.0/16', '10.99.0.9', '-4'];
      site.there.setSysctl('net.ipv4.ip_forward', 1);
      site.there.setSysctl('net.ipv6.conf.all.forwarding', 1);
      site.there.run('ip', [version, 'route', 'add', 'unreachable', prefix]);
      site.here.run('ip', [version, 'route', 'add', prefix, 'via', site.thereAddress]);
      return await knockThere(site, dice, port, to);
    },
  }),
];
