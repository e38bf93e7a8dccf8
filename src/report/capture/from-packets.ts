import type { FindingInput } from '../finding-input.ts';

/** A finding of a capture names no namespace, and the laboratory proves what a host says, not what a file does. */
export const fromPackets: FindingInput = { namespaces: [], prove: () => undefined };
