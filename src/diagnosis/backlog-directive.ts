import { serverNamed } from '../tcp/servers/recognise-server.ts';

/** How to give a program a larger backlog, with the step that makes it take effect: it has to call listen() again. */
export function backlogSetting(programName: string | undefined, backlog: number): string {
  return (
    serverNamed(programName)?.advice(backlog) ??
    `pass ${backlog} as the second argument of listen() (the program's own backlog option), then restart it`
  );
}
