import type { Evidence } from '../../tcp/finding.ts';

/** A number taken from the packets of a capture. */
export function wireEvidence(name: string, value: number | string, unit: string, note: string): Evidence {
  return { source: 'packets', name, value, unit, note };
}
