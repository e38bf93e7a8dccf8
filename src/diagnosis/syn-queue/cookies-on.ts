import type { Remedy } from '../../tcp/finding.ts';
import type { CommandPlace } from '../namespace-command.ts';
import { settingChange } from '../setting-change.ts';

/** Where tcp_syncookies=0 makes a full SYN queue drop real clients. */
export function cookiesOn(place: CommandPlace): Remedy {
  return {
    kind: 'sysctl',
    summary:
      'switch SYN cookies on in this namespace: the queue may then be full and real clients still get in',
    ...settingChange(place, {
      sysctls: { 'net.ipv4.tcp_syncookies': 1 },
      why: 'it is the default: cookies are sent only when a SYN queue is full',
    }),
    effect:
      'at once: a full SYN queue no longer drops anybody, and tcp_max_syn_backlog is no longer consulted',
    risk: 'connections made through a cookie have no window scaling and no SACK when the client sends no timestamps',
  };
}
