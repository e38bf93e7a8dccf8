import { busyHosts } from './healthy/busy-hosts.ts';
import { realServers } from './healthy/real-servers.ts';
import type { HealthyKind } from './healthy-kind.ts';

/** Every shape of healthy host. */
export const allHealthy: readonly HealthyKind[] = [...busyHosts, ...realServers];
