import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiError } from '../contract/api.ts';
import { securityHeaders } from './security/security-headers.ts';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);
const LONGEST_TARGET = 4096;

/** What every request meets first, before anything is made of its path; true: it may go on. */
export function frontDoor(
  isOurHost: (header: string | undefined) => boolean,
): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  return (incoming, outgoing) => {
    for (const [name, value] of Object.entries(securityHeaders)) outgoing.setHeader(name, value);
    // What may be kept says so itself.
    outgoing.setHeader('cache-control', 'no-store');
    const { method = '', url = '', headers } = incoming;
    if (!methods.has(method))
      return refuse(outgoing, 405, `use ${method}`, 'only GET, HEAD and POST are served', {
        allow: 'GET, HEAD, POST',
      });
    if (!url.startsWith('/')) return refuse(outgoing, 400, 'serve this', 'the request names no path');
    if (url.length > LONGEST_TARGET)
      return refuse(outgoing, 414, 'serve this', `its path is longer than ${LONGEST_TARGET} characters`);
    if (isOurHost(headers.host)) return true;
    return refuse(
      outgoing,
      421,
      `serve the host ${JSON.stringify((headers.host ?? '').slice(0, 100))}`,
      'this recorder goes by its address or localhost; --allow-host NAME allows another name',
    );
  };
}

function refuse(
  outgoing: ServerResponse,
  status: number,
  attempted: string,
  said: string,
  headers: Readonly<Record<string, string>> = {},
): false {
  const body = JSON.stringify({ error: { attempted, said } } satisfies ApiError);
  // What it may still have to send is of no interest.
  outgoing.writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' });
  outgoing.end(`${body}\n`);
  return false;
}
