import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pureFolders = new Set(['base', 'tcp', 'capture', 'diagnosis', 'contract', 'report']);

/** "folder -> folders it may import", from the table in ARCHITECTURE.md. */
function importTable(): Map<string, ReadonlySet<string>> {
  const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const section = page.split('## Who may import whom')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `([\w.]+)` \|([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, folder = '', allowed = '']) => [
      folder,
      new Set([...allowed.matchAll(/`([\w.]+)`/g)].map((m) => m[1] ?? '')),
    ]),
  );
}

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

function sourceFiles(): SourceFile[] {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.tsx'))
    .map((name) => ({
      path: name,
      folder: name.split(path.sep)[0] ?? name,
      text: readFileSync(path.join(root, 'src', name), 'utf8'),
    }));
}

/** Static, type-only and dynamic imports, and re-exports. */
function importsOf(file: SourceFile): string[] {
  const found = [...file.text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)['"]([^'"]+)['"]/g)];
  return found.map((match) => match[1] ?? '');
}

const table = importTable();
const files = sourceFiles();

describe('architecture', () => {
  it('has a row for each folder of src, and no other', () => {
    expect([...table.keys()].sort()).toEqual([...new Set(files.map((file) => file.folder))].sort());
  });

  it('imports only in the directions of the table', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map(
          (target) => path.relative('.', path.join(path.dirname(file.path), target)).split(path.sep)[0] ?? '',
        )
        .filter((folder) => folder !== file.folder && !table.get(file.folder)?.has(folder))
        .map((folder) => `${file.path} imports ${folder}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the pure folders free of node, clocks and chance', () => {
    const impure = files
      .filter((file) => pureFolders.has(file.folder))
      .flatMap((file) => [
        ...importsOf(file)
          .filter((target) => target.startsWith('node:'))
          .map((target) => `${file.path} imports ${target}`),
        ...[...file.text.matchAll(/\b(Date\.now|Math\.random|performance\.now|new Date\(\))/g)].map(
          (match) => `${file.path} calls ${match[0]}`,
        ),
      ]);
    expect(impure).toEqual([]);
  });

  it('has no file above 400 lines and no folder of leftovers', () => {
    expect(files.filter((file) => file.text.split('\n').length > 400).map((file) => file.path)).toEqual([]);
    expect(
      files
        .filter((file) => /(^|\/)(utils?|helpers?|misc|common)(\/|\.)/.test(file.path))
        .map((file) => file.path),
    ).toEqual([]);
  });
});
