import type { FidelityRow } from './fidelity-row.ts';

/** "connect() to silence: connect-timeout tcp_syn_retries=2 (ipv4)" */
export function rowText({ table, scenario, set, family }: FidelityRow): string {
  return `${table}: ${[scenario.name, ...set].join(' ')} (${family})`;
}
