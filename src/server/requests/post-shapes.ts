import { z } from 'zod';
import type { ApiLabRequest, ApiPlanRequest } from '../../contract/api.ts';

/** Loaded with the first POST: describing shapes costs memory that a recorder without one can do without. */

/** They become arguments of a program: nothing that could be taken for an option, and nothing without end. */
const word = z.string().regex(/^[\w.][\w.-]{0,79}$/);
const value = z.string().regex(/^[\w.%+ -]{1,80}$/);

export const labRequest = z.strictObject({
  scenario: word,
  family: z.enum(['ipv4', 'ipv6']).optional(),
  set: z
    .record(word, value)
    .refine((set) => Object.keys(set).length <= 50, 'at most 50 settings')
    .optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
}) as z.ZodType<ApiLabRequest>;

export const planRequest = z.strictObject({
  netns: z
    .string()
    .regex(/^[\w[][\w.:@[\]-]{0,127}$/)
    .optional(),
  ports: z.array(z.int().min(1).max(65_535)).max(100).optional(),
  forSeconds: z.int().min(1).max(60).optional(),
}) as z.ZodType<ApiPlanRequest>;
