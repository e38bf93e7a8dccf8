import { formatBytes, formatCount, formatDurationMs, formatRate, formatShare } from '../base/units.ts';
import type { Evidence } from '../tcp/finding.ts';

/** The fact as a reader wants it: the rule's own note, else value and unit. */
export function evidenceText(evidence: Evidence): string {
  if (evidence.note !== '') return evidence.note;
  const { value, unit } = evidence;
  return typeof value === 'number' ? quantityText(value, unit) : `${value} ${unit}`.trim();
}

function quantityText(value: number, unit: string): string {
  switch (unit) {
    case 'us':
      return formatDurationMs(value / 1000);
    case 'ms':
      return formatDurationMs(value);
    case 's':
      return formatDurationMs(value * 1000);
    case 'bytes':
    case 'B':
      return formatBytes(value);
    case 'share':
    case 'ratio':
      return formatShare(value);
    case '/s':
    case '1/s':
    case 'per second':
      return formatRate(value);
    case '%':
      return `${formatCount(value, 1)} %`;
    default:
      return `${formatCount(value, unit.endsWith('/s') && value >= 10 ? 0 : 2)} ${value === 1 ? singular(unit) : unit}`.trim();
  }
}

function singular(unit: string): string {
  if (!/^[a-z -]{3,}s$/i.test(unit)) return unit;
  return unit.endsWith('ies') ? `${unit.slice(0, -3)}y` : unit.slice(0, -1);
}
