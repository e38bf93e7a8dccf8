import { defineParameter } from '../define-parameter.ts';
import { good, situational } from '../verdict.ts';
import { lostToAll } from './all-and-own.ts';

export const rpFilter = defineParameter({
  name: 'net.ipv4.conf.*.rp_filter',
  subject: 'routing',
  meaning:
    'Whether packets are dropped whose source would be answered through another interface: 1 strict; 2 whose source has no route at all; 0 neither.',
  scope: 'interface',
  default: null,
  defaultNote: '0 by the kernel; systemd’s and distributions’ sysctl.d files set 2 or 1',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each packet that comes in; the larger of all and the interface’s counts',
  moves: 'SYNs that arrive on another way than the answer takes',
  doesNot: 'It leaves no trace in TCP’s counters; IPReversePathFilter counts what it drops.',
  interactions: [
    'routes, policy routing; net.ipv4.conf.*.src_valid_mark with marks',
    'net.ipv4.conf.*.log_martians makes drops visible',
  ],
  source: 'fib_validate_source(); RFC 3704; ip-sysctl.rst, rp_filter',
  advised: ['1', '2', '0'],
  judge: ({ number }, context) => {
    const lost = lostToAll('rp_filter', number, context);
    if (lost !== undefined) return situational(lost);
    if (number === 1)
      return situational(
        'Good against forged sources on hosts with one way in and out. With several interfaces or asymmetric routing it drops SYNs silently: use 2 there.',
      );
    if (number === 2) return good('Loose: drops only sources without any route; safe with several ways.');
    if (number === 0)
      return situational(
        'No check, the kernel’s own default; only where conf.all and the interface’s own are both 0, since the larger counts.',
      );
    return situational('The kernel tests for 0, 1 and others; write 2.');
  },
});
