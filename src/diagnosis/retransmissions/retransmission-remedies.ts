import type { Remedy } from '../../tcp/finding.ts';
import { type CommandPlace, namespaceCommand } from '../namespace-command.ts';
import { settingChange } from '../setting-change.ts';
import type { RetransmissionCause } from './retransmission-facts.ts';

/** Most useful first. `place`: the host that sends. */
export function retransmissionRemedies(place: CommandPlace, cause: RetransmissionCause): readonly Remedy[] {
  const look: Remedy = {
    kind: 'process',
    summary: 'find the connections and the hop',
    command: namespaceCommand(place, 'ss -tinO state established'),
    effect:
      'retrans:now/total shows whose; a common peer, interface or route is the place to look (mtr, ethtool -S, switch counters)',
    risk: 'none: reading only',
  };
  const knobs: Remedy = {
    kind: 'none',
    idle: ['net.ipv4.tcp_retries2', 'net.core.somaxconn'],
    summary: 'tcp_retries2, larger socket buffers and somaxconn do not help',
    command: '',
    effect: 'they change how long the kernel tries or how much it holds, not what the path loses',
    risk: '',
  };
  switch (cause) {
    case 'packet-loss':
      return [
        look,
        {
          kind: 'sysctl',
          summary:
            'until the path is repaired: a congestion control that bears random loss better (bbr), where it is available',
          ...settingChange(place, {
            sysctls: { 'net.ipv4.tcp_congestion_control': 'bbr' },
            why: 'it does not take every loss for a full path',
            optional: true,
          }),
          effect:
            'new connections keep their rate under a few percent of random loss; what the path loses is resent as before',
          risk: 'on a path that is simply full it takes bandwidth from others',
        },
        knobs,
      ];
    case 'spurious':
      return [look, knobs];
    case 'local-drop':
      return [
        {
          kind: 'process',
          summary: 'look at this host’s own output: firewall, routes, interfaces',
          command: namespaceCommand(place, 'nft list ruleset'),
          effect:
            'a rule in an output hook with a growing counter is the one (also: ip route get, ip -s link, tc -s qdisc)',
          risk: 'none: reading only',
        },
        knobs,
      ];
    case 'full-accept-queue':
      return [
        {
          kind: 'process',
          summary: 'see accept-queue-overflow',
          command: 'halfopen explain accept-queue-overflow',
          effect: 'the resends end with the overflow',
          risk: '',
        },
      ];
    case 'dead-peers':
      return [
        {
          kind: 'process',
          summary: 'see dead-peers',
          command: 'halfopen explain dead-peers',
          effect: 'says who is silent and how to bound the wait',
          risk: '',
        },
      ];
  }
}
