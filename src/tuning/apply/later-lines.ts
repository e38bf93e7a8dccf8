import path from 'node:path';
import { findSysctlFiles } from '../../kernel/sysctl/find-sysctl-files.ts';
import { readSysctlFile } from '../../kernel/sysctl/read-sysctl-file.ts';
import { readingValue } from '../../tcp/reading.ts';
import { parseSysctlFile } from '../lint/parse-sysctl-file.ts';
import { dropInFile } from './drop-in.ts';

export interface LaterLine {
  readonly parameter: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** Lines of the host's configuration that are applied after ours at boot, and say something else. */
export function laterLines(
  values: readonly { readonly parameter: string; readonly value: string }[],
  root = '/',
): readonly LaterLine[] {
  const { files } = findSysctlFiles(root);
  const ours = files.findIndex(({ file }) => file === path.join(root, dropInFile));
  return files.slice(ours + 1).flatMap(({ file, target }) => {
    const { settings } = parseSysctlFile(readingValue(readSysctlFile(target)) ?? '');
    return settings.flatMap(({ key, value, line }): readonly LaterLine[] => {
      const wanted = values.find(({ parameter }) => parameter === key);
      return wanted === undefined || wanted.value === value ? [] : [{ parameter: key, value, file, line }];
    });
  });
}
