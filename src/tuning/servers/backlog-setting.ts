import type { ServerProgram } from '../../tcp/servers/server-program.ts';
import type { Family } from '../../tcp/socket.ts';
import type { ConfigFiles } from './config-files.ts';
import type { ServerProcess } from './server-process.ts';

/** A listening socket as the kernel names it: "0.0.0.0", "::", an address. */
export interface ListenerAddress {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
}

export interface BacklogQuestion {
  readonly process: ServerProcess;
  readonly listener: ListenerAddress;
  /** The backlog it should get. */
  readonly backlog: number;
}

/** One line of one file. Nothing else of the file changes, its line ends included. */
export interface ConfigEdit {
  /** As the process sees it, symbolic links followed; below /proc/PID/root for anybody else. */
  readonly file: string;
  /** Counted from 1. A line that is inserted gets this number, and what stood there moves down. */
  readonly line: number;
  /** The whole line without its end; "" for one that is inserted. */
  readonly before: string;
  readonly after: string;
  readonly insert?: true;
  /** The file does not exist yet; `after` is all of it and may have several lines. */
  readonly create?: true;
}

export interface BacklogSetting {
  /** What decides: the name as it stands in the configuration. */
  readonly directive: string;
  /** Where it is set, or where it would be. */
  readonly file: string;
  readonly line: number;
  /** Connections it asks for with the configuration as it is, Infinity for as many as somaxconn allows; absent where only the program could tell. */
  readonly present?: number;
  /** `computed`: from other settings; `default`: nothing is set. */
  readonly origin: 'set' | 'computed' | 'default';
  readonly edit: ConfigEdit;
  /** What else the person should know before the edit: other listeners it changes, costs. */
  readonly notes: readonly string[];
}

/** No edit, and why: what decides cannot be told from the files alone. */
export interface Refusal {
  readonly refused: string;
  readonly file?: string;
  readonly line?: number;
}

export type BacklogAnswer = BacklogSetting | Refusal;

export interface BacklogFinder {
  readonly server: ServerProgram;
  readonly find: (question: BacklogQuestion, files: ConfigFiles) => BacklogAnswer;
}

/** Thrown while a configuration is read; `defineFinder` makes a Refusal of it. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refused: string, at: { readonly file?: string; readonly line?: number } = {}) {
    super(refused);
    this.refusal = {
      refused,
      ...(at.file === undefined ? {} : { file: at.file }),
      ...(at.line === undefined ? {} : { line: at.line }),
    };
  }
}

export function defineFinder(
  server: ServerProgram,
  find: (question: BacklogQuestion, files: ConfigFiles) => BacklogSetting,
): BacklogFinder {
  return {
    server,
    find: (question, files) => {
      try {
        return find(question, files);
      } catch (error) {
        if (error instanceof RefusedError) return error.refusal;
        throw error;
      }
    },
  };
}
