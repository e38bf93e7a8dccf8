import type { Finding } from '../../tcp/finding.ts';
import { labNumber, noExperiment } from './lab-number.ts';

/** Of the parameters that are compared, somaxconn is the one whose difference a scenario shows. */
export function mismatchExperiment(sysctl: string, onHost: string, inside: string): Finding['experiment'] {
  if (sysctl !== 'net.core.somaxconn') return noExperiment;
  return {
    scenario: 'container-somaxconn',
    set: {
      somaxconn: labNumber(Number(inside), 0, 4096),
      hostSomaxconn: labNumber(Number(onHost), 0, 65_535),
      backlog: '8192',
    },
  };
}
