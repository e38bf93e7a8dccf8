import type { LabRuns } from '../../app/serve/lab-runs.ts';
import type { ServerOptions } from '../../app/serve/server-options.ts';
import type { ConsoleFiles } from '../console/console-files.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Access } from '../security/access.ts';
import type { ServerContext } from '../server-env.ts';
import type { StoreReader } from './store-reader.ts';

/** What routes work with. */
export interface Surroundings {
  readonly options: ServerOptions;
  readonly access: Access;
  readonly events: EventHub;
  readonly store: StoreReader;
  readonly consoleFiles: ConsoleFiles;
  /** null: not allowed. */
  readonly lab: LabRuns | null;
  readonly nowMs: () => number;
  /** What is to be ended with the server. */
  readonly onClose: (close: () => void | Promise<void>) => void;
}

export type Handler = (context: ServerContext) => Response | Promise<Response>;

/** One path and method. GET answers HEAD as well. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Answers 403 unless it was allowed on the command line. */
  readonly needs?: 'lab' | 'tune';
  /** Called once, when the server starts. */
  readonly open: (surroundings: Surroundings) => Handler;
}
