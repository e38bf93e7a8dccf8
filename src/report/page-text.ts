import { paintFor } from './ansi.ts';
import { hanging, widthOf, wrapText } from './wrap-text.ts';

/** A rule's Markdown page for the terminal: headings bold, paragraphs and lists wrapped, tables and code as they stand. */
export function renderPage(
  markdown: string,
  options: { readonly colour: boolean; readonly columns: number },
): string {
  const paint = paintFor(options.colour);
  const lines: string[] = [];
  for (const block of blocksOf(markdown)) {
    const [first = ''] = block;
    const heading = /^(#+)\s+(.*)$/.exec(first);
    if (heading) lines.push(paint.bold(heading[2] ?? ''));
    else if (first.startsWith('```'))
      lines.push(...block.slice(1, -1).map((line) => paint.dim(`    ${line}`)));
    else if (first.startsWith('|')) lines.push(...renderTable(block, options.columns, paint.dim));
    else if (isItem(first))
      lines.push(...itemsOf(block).flatMap((item) => renderItem(item, options.columns)));
    else
      lines.push(...wrapText(plainInline(block.join(' ')), options.columns - 2).map((line) => `  ${line}`));
    lines.push('');
  }
  return lines.join('\n');
}

/** Paragraphs, headings, lists, tables and fenced code: separated by blank lines, or by what begins them. */
function blocksOf(markdown: string): string[][] {
  const blocks: string[][] = [];
  let block: string[] = [];
  let fenced = false;
  const finish = (): void => {
    if (block.length > 0) blocks.push(block);
    block = [];
  };
  for (const line of markdown.split('\n')) {
    const fence = line.startsWith('```');
    if (
      !fenced &&
      (line.trim() === '' || fence || line.startsWith('#') || (isItem(line) && !isItem(block[0] ?? '')))
    )
      finish();
    if (fenced || line.trim() !== '') block.push(line);
    if (fence) fenced = !fenced;
    if ((fence && !fenced) || (!fenced && line.startsWith('#'))) finish();
  }
  finish();
  return blocks;
}

function isItem(line: string): boolean {
  return /^\s*([-*]|\d+\.)\s/.test(line);
}

/** An item may go on in the following lines. */
function itemsOf(block: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of block) {
    if (isItem(line)) items.push(line);
    else items[items.length - 1] = `${items.at(-1) ?? ''} ${line.trim()}`;
  }
  return items;
}

function renderItem(item: string, columns: number): string[] {
  const match = /^(\s*)([-*]|\d+\.)\s+(.*)$/.exec(item);
  return hanging(`  ${match?.[1] ?? ''}${match?.[2] ?? '-'} `, plainInline(match?.[3] ?? item), columns);
}

const GAP = '  ';

/** A Markdown table in columns: cells wrap, and the widest columns give way until a row fits. */
function renderTable(block: readonly string[], columns: number, dim: (text: string) => string): string[] {
  const rows = block.filter((line) => !/^\|[\s:|-]+\|$/.test(line)).map(cellsOf);
  const widths = fitWidths(rows, columns - GAP.length);
  return rows.flatMap((row, index) => {
    const cells = widths.map((width, column) => wrapText(row[column] ?? '', width));
    const height = Math.max(...cells.map((cell) => cell.length));
    const lines = Array.from({ length: height }, (_, line) =>
      `${GAP}${cells.map((cell, column) => (cell[line] ?? '').padEnd(widths[column] ?? 0)).join(GAP)}`.trimEnd(),
    );
    return index === 0 ? lines.map(dim) : lines;
  });
}

function cellsOf(line: string): string[] {
  const cells = line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/);
  return cells.map((cell) => plainInline(cell.replaceAll('\\|', '|').trim()));
}

function fitWidths(rows: readonly (readonly string[])[], columns: number): number[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(1, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, (count - 1) * GAP.length);
  while (total() > columns) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= 8) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Emphasis, code marks and links as plain text. */
function plainInline(text: string): string {
  return text
    .replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll(/(?<![\w*])\*(\w[^*]*\w)\*(?!\w)/g, '$1')
    .replaceAll('`', '');
}
