import { existsSync, statSync } from 'node:fs';
import { exitCodes, HalfopenError, usageError } from '../../base/errors.ts';
import { writeWhole } from '../write-whole.ts';
import { findIncident } from './find-incident.ts';
import type { HistoryReader } from './history-reader.ts';

/** The packets of an incident. Throws HalfopenError where none were kept, with the reason. */
export function exportedPackets(reader: HistoryReader, wanted: string): Uint8Array {
  const { incident, detail } = findIncident(reader, wanted);
  const box = reader.blackBox(incident.id);
  if (box !== undefined) return box.pcapng;
  const note = detail?.blackBox;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'export the packets of',
    on: `incident ${incident.id}`,
    said: note?.status === 'none' ? note.why : 'its black box had to make room, or is not written yet',
    remedy: 'halfopen history export ID --json FILE has the rest of it.',
  });
}

/** What `history show --json` prints. */
export function exportedDocument(reader: HistoryReader, wanted: string): string {
  return `${JSON.stringify(findIncident(reader, wanted).document, null, 2)}\n`;
}

/** Throws HalfopenError where there is a file already (devices and pipes may be written to) and `force` is not given. */
export function writeExport(file: string, content: string | Uint8Array, force: boolean): void {
  if (!force && existsSync(file) && statSync(file).isFile())
    throw usageError('export to', file, 'There is such a file: --force replaces it, or name another one.');
  writeWhole(file, content, 'export the incident to');
}
