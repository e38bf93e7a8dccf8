import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import { EndpointCounts } from './endpoint-counts.ts';

/** A listener's key is two words: the address of an endpoint, */
export function endpointAddress(view: ConnectionView, side: EndpointBit): number {
  return view.word(side === 0 ? connectionWord.addressA : connectionWord.addressB);
}

/** and its port with the family above it. */
export function endpointPort(view: ConnectionView, side: EndpointBit): number {
  const ports = view.word(connectionWord.ports);
  const family = view.is(stateBit.isIpv6) ? 0x1_0000 : 0;
  return (side === 0 ? ports & 0xffff : ports >>> 16) | family;
}

/** Endpoints that have answered a SYN, as pairs of words. Empty where nobody needs them. */
export function knownListeners(view: ConnectionView): Int32Array<ArrayBuffer> {
  const known = new EndpointCounts(1);
  for (let index = 0; index < view.count; index++) {
    view.select(index);
    if (view.synAckSends > 0)
      known.row(endpointAddress(view, view.serverBit), endpointPort(view, view.serverBit));
  }
  return known.toRows().keys;
}

/**
 * Of connections that begin in the middle the client was a guess by port. Where one of the two is known to listen, and the other is not,
 * the listener is the server.
 */
export function settleRoles(view: ConnectionView, listeners: Int32Array): void {
  const known = new EndpointCounts(1);
  for (let at = 0; at < listeners.length; at += 2) known.row(listeners[at] ?? 0, listeners[at + 1] ?? 0);
  for (let index = 0; index < view.count; index++) {
    view.select(index);
    if (!view.is(stateBit.beginsInMiddle)) continue;
    const listens = (side: EndpointBit): boolean =>
      known.find(endpointAddress(view, side), endpointPort(view, side)) >= 0;
    const clientListens = listens(view.clientBit);
    const serverListens = listens(view.serverBit);
    if (clientListens && !serverListens) {
      view.words[view.record + connectionWord.state] = view.state ^ stateBit.clientIsB;
    }
  }
}
