/**
 * Who made what: every name the lab gives carries the run that gave it, so that what a killed run left behind can be told
 * from what a living one still needs.
 */
import { readFileSync, statSync } from 'node:fs';
import { parseStatLine } from '../kernel/processes/parse-proc-stat.ts';
import { readProcessFile } from '../kernel/processes/read-process-file.ts';

/** In the environment of every program a lab starts: the run it belongs to. */
export const runVariable = 'HALFOPEN_LAB_RUN';

/** PROC_PID_INIT_INO (include/linux/proc_ns.h). */
const initialPidNamespace = 0xeffffffc;
const runPattern = /^(\d+)-([0-9a-z]+)(?:\.([0-9a-z]+))?$/;
const ownName = /^(?:hop|halfopen-lab)-.+-(\d+-[0-9a-z]+(?:\.[0-9a-z]+)?)-\d+$/;
const ended = new Set(['Z', 'X']);

let own: string | undefined;
let named = 0;

/**
 * This process as a run: "PID-STARTED", the start in ticks after boot (field 22 of /proc/PID/stat, base 36), since a pid
 * alone comes back; where pids are counted apart, as in a container, ".NAMESPACE" follows.
 */
export function thisRun(): string {
  own ??= describeThisRun();
  return own;
}

/** What a name begins with: short, or for those who do not know it, such as a recorder's viewers. */
export type NamePrefix = 'hop' | 'halfopen-lab';

/** A name no other run uses: hop-LABEL-RUN-N. */
export function newName(label: string, prefix: NamePrefix = 'hop'): string {
  named++;
  return `${prefix}-${label}-${thisRun()}-${named}`;
}

/** The run in a name `newName` gave; undefined for any other name. */
export function runOfName(name: string): string | undefined {
  return ownName.exec(name)?.[1];
}

/** Its process has ended. False where that cannot be known, as for pids counted elsewhere: then it is not ours to judge. */
export function isRunOver(run: string): boolean {
  const [, pid, started, pidNamespace = initialPidNamespace.toString(36)] = runPattern.exec(run) ?? [];
  if (pid === undefined || pidNamespace !== ownPidNamespace().toString(36)) return false;
  const file = readProcessFile(`/proc/${pid}/stat`);
  if (file.status !== 'ok') return file.status === 'absent';
  const stat = parseStatLine(file.value);
  return stat !== undefined && (ended.has(stat.state) || stat.startTicks.toString(36) !== started);
}

/** From now on every program this process starts carries the run in its environment. */
export function markChildren(): void {
  process.env[runVariable] = thisRun();
}

function describeThisRun(): string {
  const started = parseStatLine(readFileSync('/proc/self/stat', 'utf8'))?.startTicks ?? 0;
  const pidNamespace = ownPidNamespace();
  const where = pidNamespace === initialPidNamespace ? '' : `.${pidNamespace.toString(36)}`;
  return `${process.pid}-${started.toString(36)}${where}`;
}

function ownPidNamespace(): number {
  return statSync('/proc/self/ns/pid').ino;
}
