import type { Stage } from '../../stage/stage.ts';

/** What comes after `byMs` would not be what was meant: then the run says that it could not be staged, and shows nothing wrong. */
export function refuseLate(stage: Stage, byMs: number, what: string): void {
  const lateMs = stage.nowMs() - byMs;
  if (lateMs > 0)
    throw new Error(`this machine is too busy: ${what} only ${Math.round(lateMs)} ms after it was needed`);
}
