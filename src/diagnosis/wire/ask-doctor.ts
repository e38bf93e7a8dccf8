import type { Remedy } from '../../tcp/finding.ts';

/** A capture shows neither processes nor limits; the host behind the port does. */
export function askDoctor(port: number, shows: string): Remedy {
  return {
    kind: 'process',
    summary: `on the server: see what no capture shows, ${shows}`,
    command: `halfopen doctor --port ${port}`,
    effect: 'names the process behind the port, its limits and the cause',
    risk: 'none: reading only',
  };
}
