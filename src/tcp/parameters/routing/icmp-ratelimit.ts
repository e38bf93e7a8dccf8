import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const icmpRatelimit = defineParameter({
  name: 'net.ipv4.icmp_ratelimit',
  subject: 'routing',
  unit: 'ms',
  meaning: 'Least time between two ICMP errors to one address, after a burst of six.',
  default: '1000',
  range: { min: 0, max: Number.POSITIVE_INFINITY },
  read: 'when an ICMP error is sent',
  moves: 'how fast refused clients learn it, where a firewall rejects with ICMP',
  doesNot: 'It does not limit resets.',
  interactions: [
    'net.ipv4.icmp_msgs_per_sec: all addresses together',
    'a REJECT rule with tcp-reset answers each SYN at once',
  ],
  source:
    'icmpv4_xrlim_allow(); ip-sysctl.rst, icmp_ratelimit; measured: six refusals at once, then one a second',
  advised: ['100'],
  judge: ({ number }) => {
    if (number > 2_147_483_647)
      return harmful(
        'The kernel takes it without a check and keeps something else: of 4,294,967,296 it keeps 0.',
      );
    return number === 0
      ? situational(
          'Every packet that deserves one gets an ICMP error: under a flood the host floods others.',
        )
      : situational(
          `Refused clients learn it ${number < 1000 ? 'sooner' : 'later'}; it matters only for firewalls that reject with ICMP.`,
        );
  },
});
