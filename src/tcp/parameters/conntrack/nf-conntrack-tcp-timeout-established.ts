import { timeText } from '../../model/moment-text.ts';
import { defineParameter } from '../define-parameter.ts';
import { inForce } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutEstablished = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_established',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long an idle established connection stays tracked.',
  default: '432000',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at each packet of a connection',
  moves: 'entries of idle connections',
  doesNot: 'It ends no connection by itself: the next packet finds no entry.',
  interactions: [
    'net.ipv4.tcp_keepalive_time (and SO_KEEPALIVE) must be shorter',
    'net.netfilter.nf_conntrack_tcp_loose lets a running connection be picked up again, but not through NAT',
  ],
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  advised: ['86400', '7200', '600'],
  keep: 'Five days.',
  judge: ({ number }, context) => {
    const idle = inForce('tcp_keepalive_time', context) ?? 0;
    if (number <= 0) return harmful('Entries of connections vanish at once.');
    if (number <= idle)
      return harmful(
        `Idle connections lose their entry after ${timeText(number * 1000)}, before keepalive (${timeText(idle * 1000)}, where it is on at all) could refresh it: behind NAT their next packet goes nowhere.`,
      );
    return situational(
      `Entries of idle connections go after ${timeText(number * 1000)}; good against a full table on gateways. Keepalive must be shorter.`,
    );
  },
});
