import type { ConnectionRecord } from '../../tcp/capture.ts';
import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import { firstTo } from './first-to.ts';
import { meanings, type Verdict } from './verdict.ts';

/** How the connection in view ended, and who ended it. `toMs` turns a moment of the record into ms from the first packet. */
export function describeEnd(
  view: ConnectionView,
  verdict: Verdict,
  toMs: (moment: number) => number,
): ConnectionRecord['end'] {
  const sideOf = (bit: EndpointBit): 'client' | 'server' => (bit === view.clientBit ? 'client' : 'server');
  const endMs = (bit: EndpointBit): number => toMs(view.words[view.endpoint(bit) + endpointWord.endMs] ?? 0);
  const resetter = firstTo(view, stateBit.reset);
  const hadClosed = view.clientHas(stateBit.fin) && view.serverHas(stateBit.fin);
  if (resetter !== null && !hadClosed) {
    const by = verdict === 'reset-by-middlebox' ? 'middlebox' : sideOf(resetter);
    return { how: 'reset', by, atMs: endMs(resetter) };
  }
  if (verdict === 'refused-by-icmp') return { how: 'unreachable', by: null, atMs: endMs(view.clientBit) };
  const closer = firstTo(view, stateBit.fin);
  if (closer !== null) return { how: 'fin', by: sideOf(closer), atMs: endMs(closer) };
  return { how: isSilent(verdict) ? 'silence' : 'open', by: null, atMs: null };
}

const dying = new Set([
  'syn-timeout',
  'half-open',
  'keepalive-death',
  'retransmission-death',
  'idle-timeout-cut',
]);

function isSilent(verdict: Verdict): boolean {
  return dying.has(meanings[verdict].judgement);
}
