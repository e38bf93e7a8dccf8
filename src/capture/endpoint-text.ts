import { formatIpv4, formatIpv6 } from '../base/ip-text.ts';
import type { EngineExports } from './engine-exports.ts';

const ADDRESS_BYTES = 16;

/** Addresses of records as text: an IPv4 address is the word itself, an IPv6 one its number in the engine's book. */
export class EndpointText {
  readonly #engine: EngineExports;
  readonly #ipv4 = new Uint8Array(4);

  constructor(engine: EngineExports) {
    this.#engine = engine;
  }

  of(address: number, isIpv6: boolean): string {
    if (isIpv6) {
      // Looked at anew: when the engine's memory grows, what was seen of it before is gone.
      const memory = new Uint8Array(this.#engine.memory.buffer);
      return formatIpv6(memory, this.#engine.addressesAt() + address * ADDRESS_BYTES);
    }
    new DataView(this.#ipv4.buffer).setInt32(0, address);
    return formatIpv4(this.#ipv4);
  }
}
