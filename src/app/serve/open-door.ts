import { isIP } from 'node:net';
import { usageError } from '../../base/errors.ts';
import { isLoopback } from '../../base/ip-text.ts';

/** Whether only programs of this host can connect to it. A name other than localhost may mean anything. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && isLoopback(host));
}

/** Throws HalfopenError (usage) where anybody in the network could come in. */
export function refuseOpenDoor(host: string, token: string | null): void {
  if (token !== null || isLoopbackHost(host)) return;
  throw usageError(
    'serve on',
    host,
    'Whoever reaches this address would see every connection of this host: --token-file FILE names a file with a secret that viewers must know. Without it only 127.0.0.1 and ::1 are served.',
  );
}
