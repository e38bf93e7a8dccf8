import { formatEndpoint } from '../../../base/ip-text.ts';
import type { ClientsOptions } from '../../../lab/programs/options.ts';
import type { Dice } from '../dice.ts';
import { defineFault, type FaultKind, roseBy } from '../fault.ts';
import type { Site } from '../site.ts';

interface Variant {
  readonly cause: string;
  /** Makes the port unreachable; gives the address to connect to. */
  readonly cut: (site: Site, port: number, dice: Dice) => string;
}

/** Programs here connect, and nobody answers. */
const silence = ({ cause, cut }: Variant): FaultKind =>
  defineFault({
    name: `connect-timeouts/${cause}`,
    id: 'connect-timeouts',
    link: () => null,
    sudden: true,
    inject: async (site, dice) => {
      const port = site.freePort();
      const to = cut(site, port, dice);
      // Without a neighbour connect() fails after 3 s: a program that does not try again is no trouble any more.
      const again = cause === 'no-neighbour' ? { repeatEveryMs: 3500 } : {};
      const options = { ...again, ...impatientOrNot(dice) };
      const clients = await site.reach({ to, port, ...options });
      return {
        truths: [
          {
            id: 'connect-timeouts',
            cause,
            subject: { destination: formatEndpoint(to, port) },
            // Programs that give up early have no socket at the moments the doctor looks at sockets.
            owner: String(clients.pid),
            level: 'alarm',
          },
        ],
        parameters: { to, port, count: options.count ?? 1, giveUpAfterMs: options.giveUpAfterMs ?? 'never' },
        settleMs: 1200,
        missing: (found) => roseBy(found, 'TcpExt.TCPTimeouts', 2),
      };
    },
  });

/** Some programs wait as long as the kernel tries, others close after some seconds and try again soon. */
function impatientOrNot(dice: Dice): Omit<ClientsOptions, 'to' | 'port'> {
  const count = dice.whole(3, 30);
  if (dice.chance(0.6)) return { count, close: 'never' };
  const giveUpAfterMs = dice.whole(2200, 3000);
  return { count, giveUpAfterMs, repeatEveryMs: giveUpAfterMs + dice.whole(100, 600), close: 'never' };
}

export const connectTimeouts: readonly FaultKind[] = [
  silence({
    cause: 'no-answer',
    cut: (site, port) => {
      site.filter('there', 'input', `tcp dport ${port} drop`);
      return site.thereAddress;
    },
  }),
  silence({
    cause: 'never-left',
    cut: (site, port) => {
      site.filter('here', 'output', `tcp dport ${port} drop`);
      return site.thereAddress;
    },
  }),
  silence({
    cause: 'no-neighbour',
    cut: (site, _port, dice) =>
      site.isIpv6 ? `fd90::${dice.whole(100, 999)}` : `10.90.7.${dice.whole(3, 250)}`,
  }),
];
