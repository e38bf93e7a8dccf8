import type { Command } from 'commander';
import type { StartServer } from '../app/serve/server-options.ts';

export interface CommandResult {
  readonly exitCode: number;
}

/** What commands use and may not import: main.ts brings it. */
export interface ProgramParts {
  readonly startServer: StartServer;
}

/** One command: `define` adds it to the program and hands its result to `done`. */
export interface HalfopenCommand {
  readonly define: (program: Command, done: (result: CommandResult) => void, parts: ProgramParts) => void;
}
