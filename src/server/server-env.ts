import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What hono hands to each handler: Node's own request and response, and who asks. */
export interface ServerEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    /** Cookie of a browser, "bearer", or "open" where no token is asked for. */
    readonly viewer: string;
  };
}

export type ServerContext = Context<ServerEnv>;
