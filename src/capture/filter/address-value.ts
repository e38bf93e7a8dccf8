/** An address as records write it, or all addresses whose first `bits` are those of `bytes`. */
export type AddressValue = string | AddressPrefix;

export interface AddressPrefix {
  readonly bytes: Uint8Array;
  readonly bits: number;
}
