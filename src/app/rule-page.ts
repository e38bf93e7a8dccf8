import { readFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import type { FindingId } from '../tcp/finding.ts';

/** The Markdown page of a rule, docs/rules/<id>.md, which is shipped with the package. */
export function rulePage(id: FindingId): string {
  const page = new URL(`../../docs/rules/${id}.md`, import.meta.url);
  try {
    return readFileSync(page, 'utf8');
  } catch (error) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'read the page of',
      on: id,
      said: error instanceof Error ? error.message : String(error),
      remedy: 'The package is incomplete; install it again.',
    });
  }
}
