import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as endpointWord from '../layout/endpoint-words.ts';

/** Which endpoint was the first to send what this bit of the state stands for, a FIN or a RST; null: neither has. */
export function firstTo(view: ConnectionView, bit: number): EndpointBit | null {
  const { clientBit, serverBit } = view;
  const byClient = view.clientHas(bit);
  if (!view.serverHas(bit)) return byClient ? clientBit : null;
  if (!byClient) return serverBit;
  const clientPacket = view.count32(view.client + endpointWord.endPacket);
  return clientPacket < view.count32(view.server + endpointWord.endPacket) ? clientBit : serverBit;
}
