import type { Rule } from '../rule.ts';
import { acceptQueueOverflow } from './accept-queue-overflow.ts';
import { acceptQueuePressure } from './accept-queue-pressure.ts';

/** Every rule, by id. */
export const allRules: readonly Rule[] = [acceptQueueOverflow, acceptQueuePressure];
