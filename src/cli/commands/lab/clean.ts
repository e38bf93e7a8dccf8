import { cleanLab } from '../../../app/lab/clean.ts';
import { exitCodes } from '../../../base/errors.ts';

/** Prints what was removed; the exit code tells whether everything could be. */
export function clean(): number {
  const { namespaces, processes, kept } = cleanLab();
  for (const name of namespaces) process.stdout.write(`removed network namespace ${name}\n`);
  for (const { pid, name } of processes) process.stdout.write(`ended process ${pid} (${name})\n`);
  if (namespaces.length === 0 && processes.length === 0 && kept.length === 0) {
    process.stdout.write('nothing was left behind\n');
  }
  for (const { name, because } of kept) process.stderr.write(`halfopen: cannot remove ${name}: ${because}\n`);
  return kept.length === 0 ? exitCodes.clean : exitCodes.cannotObserve;
}
