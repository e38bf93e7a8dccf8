import { formatEndpoint } from '../../base/ip-text.ts';
import { readAddress } from './read-address.ts';

/** "10.0.0.1:443", "[fd00:0::1]:443" as records have it; undefined when it is neither. */
export function readEndpoint(text: string): string | undefined {
  const [, ipv6, ipv4, port = ''] = /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) return undefined;
  const address = readAddress(ipv6 ?? ipv4 ?? '');
  return address === undefined ? undefined : formatEndpoint(address, Number(port));
}
