import { setFirewall } from '../../firewall.ts';
import type { Stage } from '../../stage/stage.ts';
import { refusalOf } from './refusals.ts';

/** Ways for a peer to be gone without having said anything. */
export const vanishings = [
  'drop',
  'own-output-drop',
  'link-down',
  'icmp-port-unreachable',
  'icmp-host-unreachable',
  'icmp-net-unreachable',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
] as const;
export type Vanishing = (typeof vanishings)[number];

/** From here on nothing of the client reaches the server's TCP. What the server has sent still arrives, unless the link is down. */
export async function vanish(stage: Stage, how: Vanishing): Promise<void> {
  const { client, server, port, link } = stage;
  switch (how) {
    case 'drop':
      setFirewall(server, [{ hook: 'input', destinationPort: port, verdict: 'drop' }]);
      stage.tell(`the server's firewall drops what comes to port ${port} from now on`);
      return;
    case 'own-output-drop':
      setFirewall(client, [{ hook: 'output', destinationPort: port, verdict: 'drop' }]);
      stage.tell(`the client's own firewall drops what goes to port ${port} from now on`);
      return;
    case 'link-down':
      client.run('ip', ['link', 'set', 'dev', link.a.device, 'down']);
      stage.tell(`the client's link is down`);
      return;
    default: {
      const verdict = refusalOf(how, stage.family)?.verdict ?? 'drop';
      // Each segment is to get its ICMP: by default the kernel sends one a second to each host.
      server.setSysctl(stage.family === 'ipv4' ? 'net.ipv4.icmp_ratelimit' : 'net.ipv6.icmp.ratelimit', 0);
      setFirewall(server, [{ hook: 'input', destinationPort: port, verdict }]);
      stage.tell(`the server's firewall answers everything to port ${port} with ${verdict} from now on`);
    }
  }
}

/** Whether the client's segments are still seen on the link. */
export function reachesTheLink(how: Vanishing): boolean {
  return how !== 'own-output-drop' && how !== 'link-down';
}

export function answersWithIcmp(how: Vanishing): boolean {
  return how.startsWith('icmp-');
}
