import { exitCodes, HalfopenError } from '../../../base/errors.ts';

/** `on`: the path as it was given; "-" is standard input. */
export function inputFailure(on: string, said: string, remedy?: string): HalfopenError {
  const detail = { attempted: 'read the capture', on: on === '-' ? 'standard input' : on, said };
  return new HalfopenError(exitCodes.cannotObserve, remedy === undefined ? detail : { ...detail, remedy });
}
