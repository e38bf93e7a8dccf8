/** Protobuf's JSON of opentelemetry-proto: lowerCamelCase, 64-bit integers as strings. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

export function otlpAttributes(facts: Readonly<Record<string, string>>): readonly OtlpAttribute[] {
  return Object.entries(facts).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

/** Milliseconds since 1970 as fixed64 nanoseconds; exact beyond 2^53. */
export function unixNano(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

/** What an export is about: who tells it. */
export interface OtlpResource {
  readonly attributes: readonly OtlpAttribute[];
}

export interface OtlpScope {
  readonly name: string;
  readonly version: string;
}
