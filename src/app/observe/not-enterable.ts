import { denied } from '../../tcp/reading.ts';

/** One reason for everything that is missing of such a namespace, so that a report gives it once. */
export const notEnterable = denied('another network namespace', 'root (CAP_SYS_ADMIN) to enter it');
