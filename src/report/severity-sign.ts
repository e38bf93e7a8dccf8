import type { Severity } from '../tcp/finding.ts';
import type { Paint } from './ansi.ts';

const signs: Readonly<Record<Severity, string>> = { critical: 'x', warning: '!', info: '-' };

export function severitySign(severity: Severity): string {
  return signs[severity];
}

export function severityPaint(severity: Severity, paint: Paint): (text: string) => string {
  return severity === 'critical' ? paint.red : severity === 'warning' ? paint.yellow : paint.dim;
}
