import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { makeCaptureListener } from './capture-builders.ts';

/** Nobody answers: nothing but SYNs. */
export function silentListener(attempts: number, some: Partial<CaptureListener> = {}): CaptureListener {
  return makeCaptureListener({
    judgements: { 'syn-timeout': attempts },
    clients: 2,
    packets: attempts * 6,
    packetsWithPayload: 0,
    push: 0,
    payloadBytes: { toServer: 0, toClient: 0 },
    connectMs: null,
    synRetransmissions: attempts * 5,
    ...some,
  });
}
