import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What hono hands to each handler: Node's own request and response, and who asks. */
export interface ServerEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    /** Cookie of a browser, "bearer", "open" where no token is asked for, "anybody" on the few paths that need none. */
    readonly viewer: string;
  };
}

export type ServerContext = Context<ServerEnv>;
