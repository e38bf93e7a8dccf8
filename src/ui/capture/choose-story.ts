import { formatEndpoint, isWildcard } from '../../base/ip-text.ts';
import { type ConnectionRecord, judgementIds } from '../../tcp/capture.ts';

/**
 * Of the telling connections the one that went worst at the endpoint in question ("0.0.0.0:80" is every address with this port); where none
 * goes there, the one that went worst.
 */
export function chooseStory(
  examples: readonly ConnectionRecord[],
  about: string,
): ConnectionRecord | undefined {
  const worstFirst = examples.toSorted(
    (a, b) => judgementIds.indexOf(a.judgement.id) - judgementIds.indexOf(b.judgement.id),
  );
  return worstFirst.find((one) => goesTo(one, about)) ?? worstFirst[0];
}

function goesTo({ server, serverPort }: ConnectionRecord, about: string): boolean {
  if (formatEndpoint(server, serverPort) === about) return true;
  const colon = about.lastIndexOf(':');
  const address = about.slice(0, colon).replace(/^\[|\]$/g, '');
  return isWildcard(address) && Number(about.slice(colon + 1)) === serverPort;
}
