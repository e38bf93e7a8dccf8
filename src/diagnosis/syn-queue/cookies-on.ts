import type { Remedy } from '../../tcp/finding.ts';
import { type CommandPlace, namespaceCommand } from '../namespace-command.ts';

/** Where tcp_syncookies=0 makes a full SYN queue drop real clients. */
export function cookiesOn(place: CommandPlace): Remedy {
  return {
    kind: 'sysctl',
    summary:
      'switch SYN cookies on in this namespace: the queue may then be full and real clients still get in',
    command: namespaceCommand(place, 'sysctl -w net.ipv4.tcp_syncookies=1'),
    effect:
      'at once: a full SYN queue no longer drops anybody, and tcp_max_syn_backlog is no longer consulted',
    risk: 'connections made through a cookie have no window scaling and no SACK when the client sends no timestamps',
  };
}
