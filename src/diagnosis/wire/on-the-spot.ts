import type { CommandPlace } from '../namespace-command.ts';

/** A capture knows no namespaces: its commands are meant for the host that the finding is about. */
export const onTheSpot: CommandPlace = { namespace: { own: true, pids: [], names: [] } };

/** Of findings from a capture. */
export const noNamespace = 0;
