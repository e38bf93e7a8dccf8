/** The options a SYN or SYN-ACK carries; what is left out is not offered. */
export interface OptionsOffer {
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sack?: boolean;
  readonly timestamps?: boolean;
  /** TCP Fast Open cookie; [] asks for one (RFC 7413). */
  readonly fastOpen?: readonly number[];
}

/** RFC 9293 3.2, RFC 7323, RFC 2018, padded with NOP to a multiple of 4. Timestamps count in ms. */
export function tcpOptionBytes(offer: OptionsOffer, timestamp: number, echo: number): readonly number[] {
  const bytes: number[] = [];
  if (offer.mss !== undefined) bytes.push(2, 4, offer.mss >> 8, offer.mss & 0xff);
  if (offer.sack) bytes.push(4, 2);
  if (offer.timestamps) bytes.push(8, 10, ...u32(timestamp), ...u32(echo));
  if (offer.windowScale !== undefined) bytes.push(3, 3, offer.windowScale);
  if (offer.fastOpen !== undefined) bytes.push(34, 2 + offer.fastOpen.length, ...offer.fastOpen);
  while (bytes.length % 4 !== 0) bytes.push(1);
  return bytes;
}

function u32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
