import { serverNamed, usualBacklog as usualBacklogOf } from '../tcp/servers/recognise-server.ts';

/**
 * The backlog a well-known program passes to listen() unless configured otherwise, in connections; Infinity for programs that ask
 * for as much as the kernel gives; undefined for a program that is not known.
 */
export function usualBacklog(programName: string | undefined): number | undefined {
  const server = serverNamed(programName);
  return server && usualBacklogOf(server);
}
