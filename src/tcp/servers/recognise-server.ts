import { allServers } from './all-servers.ts';
import type { ServerProgram } from './server-program.ts';

/** By the process name alone, as a report has it. */
export function serverNamed(processName: string | undefined): ServerProgram | undefined {
  if (processName === undefined) return undefined;
  return allServers.find(({ recognise }) => recognise.name?.test(processName));
}

/** The command line tells more than a name that an interpreter gave itself: it is asked first. */
export function serverOf(process: {
  readonly name: string;
  readonly commandLine: string;
}): ServerProgram | undefined {
  return (
    allServers.find(({ recognise }) => recognise.commandLine?.test(process.commandLine)) ??
    serverNamed(process.name)
  );
}

/** Connections; Infinity for programs that ask for as much as the kernel gives; undefined where it is not known. */
export function usualBacklog({ defaultBacklog }: ServerProgram): number | undefined {
  switch (defaultBacklog.kind) {
    case 'fixed':
      return defaultBacklog.connections;
    case 'somaxconn':
      return Number.POSITIVE_INFINITY;
    case 'derived':
      return defaultBacklog.usual;
    case 'unknown':
      return undefined;
  }
}
