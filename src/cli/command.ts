import type { Command } from 'commander';

export interface CommandResult {
  readonly exitCode: number;
}

/** One command: `define` adds it to the program and hands its result to `done`. */
export interface HalfopenCommand {
  readonly define: (program: Command, done: (result: CommandResult) => void) => void;
}
