import { formatCount } from '../../base/units.ts';
import type { Remedy } from '../../tcp/finding.ts';
import type { CommandPlace } from '../namespace-command.ts';
import { settingChange } from '../setting-change.ts';

/** Of any flood, besides cookies and rules against one prefix; the last one names what does nothing. */
export function floodRemedies(place: CommandPlace, perSecond: number): readonly Remedy[] {
  return [
    {
      kind: 'sysctl',
      summary: 'let half-open requests go after 7 s instead of 63 s while it lasts',
      ...settingChange(place, {
        sysctls: { 'net.ipv4.tcp_synack_retries': 2 },
        why: 'with 2 retries a request lives for 1 + 2 + 4 = 7 s instead of 63 s',
        optional: true,
      }),
      effect: 'the SYN queue holds 9 times fewer dead requests at the same rate',
      risk: 'clients behind very lossy links get two repetitions of the SYN-ACK instead of five',
    },
    {
      kind: 'architecture',
      summary:
        'have it filtered upstream (provider, load balancer with SYN proxy, nftables synproxy), since forged sources cannot be blocked one by one',
      command: '',
      effect: 'the SYNs no longer use up this host’s link and processor',
      risk: '',
    },
    {
      kind: 'none',
      idle: ['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog'],
      summary: `raising the backlog, somaxconn or tcp_max_syn_backlog only makes room for more dead requests: at this rate ${formatCount(Math.ceil(perSecond * 63))} would pile up`,
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
