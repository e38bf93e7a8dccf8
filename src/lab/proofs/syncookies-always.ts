import { synQueueBurst } from '../scenarios/syn-queue-burst.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';
import { settingsOfListener, without } from './queues/settings-of-listener.ts';
import { ScaledDown } from './scaled-down.ts';

const CLIENTS = 40;

/** As many clients as the queue has room for: none of them would need a cookie. */
export const syncookiesAlwaysProof: FindingProof = {
  finding: 'syncookies-always',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const settings = without(settingsOfListener(facts, scaled, 128), 'tcp_abort_on_overflow');
    return {
      scenario: synQueueBurst,
      set: { ...settings, backlog: 128, tcp_syncookies: 2, senders: CLIENTS, arrivalsPerSecond: 2 * CLIENTS },
      scaled: scaled.notes,
      failure: 'connections that are made through a cookie although the SYN queue is empty',
      fails: hasAny('SYN cookies sent'),
      telling: ['SYN cookies sent', 'served', 'time to connect, longest'],
      remedies: [
        {
          of: /^go back to cookies only when/,
          change: () => ({ what: 'tcp_syncookies 1', set: { tcp_syncookies: 1 } }),
        },
      ],
      inVain: { what: 'tcp_max_syn_backlog 65,535', set: { tcp_max_syn_backlog: 65_535 } },
    };
  },
};
