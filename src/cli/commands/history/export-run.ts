import { exportedDocument, exportedPackets, writeExport } from '../../../app/history/export-incident.ts';
import { withHistory } from '../../../app/history/with-history.ts';
import { usageError } from '../../../base/errors.ts';
import type { ExportOptions } from './export.ts';
import { storeOf } from './where-and-when.ts';

export function runExport(id: string, options: ExportOptions): void {
  const { pcapng, json, force } = options;
  const file = pcapng ?? json;
  if (file === undefined)
    throw usageError('export', `incident ${id}`, 'Say what and where to: --pcapng FILE or --json FILE.');
  const content = withHistory(storeOf(options), (reader) =>
    pcapng === undefined ? exportedDocument(reader, id) : exportedPackets(reader, id),
  );
  if (file === '-') {
    process.stdout.write(content);
    return;
  }
  writeExport(file, content, force === true);
  process.stderr.write(`halfopen: wrote ${file}\n`);
}
