/** Lines of a journal are obeyed by root: each has to be whole, and to say nothing but what a journal can say. */
import * as z from 'zod';
import type { JournalRecord } from './journal-record.ts';

const step = z.int().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const absolute = z.string().regex(/^\//);

const namespace = z.object({
  inode: z.int(),
  names: z.array(z.string()),
  initial: z.boolean(),
  pid: z.int().nullable(),
  cookie: z.string().nullable(),
});

const action = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sysctl'),
    namespace: namespace.nullable(),
    folder: absolute,
    parameter: z.string().regex(/^[\w-]+([./][\w-]+)+$/),
    before: z.string(),
    after: z.string(),
  }),
  z.object({
    kind: z.literal('file'),
    what: z.enum(['drop-in', 'configuration']),
    file: absolute,
    shown: z.string(),
    draft: absolute,
    before: z
      .object({
        sha256,
        mode: z.int().min(0).max(0o7777),
        uid: z.int().min(0),
        gid: z.int().min(0),
        backup: z.string().regex(/^files\/\d+$/),
      })
      .nullable(),
    afterSha256: sha256,
    madeFolders: z.array(absolute),
  }),
]);

const atMs = z.number();

export const journalRecordSchema: z.ZodType<JournalRecord> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    atMs,
    plan: z.string(),
    bootId: z.string().nullable(),
    version: z.string(),
  }),
  z.object({ kind: z.literal('begin'), step, changes: z.array(z.int()), action }),
  z.object({ kind: z.literal('done'), step }),
  z.object({ kind: z.literal('failed'), step, said: z.string() }),
  z.object({ kind: z.literal('end'), atMs, outcome: z.enum(['applied', 'stopped']) }),
  z.object({ kind: z.literal('undone'), step, how: z.enum(['restored', 'was-so', 'gone', 'forced']) }),
  z.object({ kind: z.literal('rolled-back'), atMs }),
]);
