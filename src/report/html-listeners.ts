/** Listeners of the HTML report: charts that no finding has shown yet, and the table of all that matter. */
import { formatCount } from '../base/units.ts';
import { queueChart } from './chart-svg.ts';
import { element, escapeHtml } from './html-escape.ts';
import { type ListenerRow, ownerText } from './listener-rows.ts';

export function chartOf(row: ListenerRow): string {
  return row.history === undefined
    ? ''
    : queueChart({ endpoint: row.endpoint, limit: row.limit, history: row.history });
}

export function listenersSection(
  shown: readonly ListenerRow[],
  context: {
    readonly charted: ReadonlySet<ListenerRow>;
    readonly hidden: number;
    readonly manyNamespaces: boolean;
  },
): string {
  if (shown.length === 0) return '';
  const charts = shown.filter((row) => !context.charted.has(row) && isWorthAChart(row)).map(chartOf);
  const hidden =
    context.hidden === 0
      ? ''
      : element('p', 'quiet', `and ${formatCount(context.hidden)} more that nobody waits for.`);
  return element('section', 'listeners', [
    '<h2>Listeners</h2>',
    table(shown, context.manyNamespaces),
    hidden,
    ...charts,
  ]);
}

/** Three of 1,024 would be a flat line: the table says that better. */
function isWorthAChart(row: ListenerRow): boolean {
  return (row.drops ?? 0) > 0 || row.peak > 0.02 * (row.limit ?? 0);
}

function table(rows: readonly ListenerRow[], manyNamespaces: boolean): string {
  const headings = [
    ['listener', ''],
    ['program (pid)', ''],
    ...(manyNamespaces ? [['namespace', '']] : []),
    ['waiting', 'number'],
    ['peak', 'number'],
    ['limit', 'number'],
    ['set by', ''],
    ['dropped', 'number'],
  ];
  const head = headings.map(
    ([name, kind]) => `<th scope="col"${kind === '' ? '' : ' class="number"'}>${name}</th>`,
  );
  const body = rows.map((row) => tableRow(row, manyNamespaces));
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>\n`;
}

/** `data-label` names the cell where the table is too narrow for its heading row. */
function tableRow(row: ListenerRow, manyNamespaces: boolean): string {
  const number = (label: string, value: number | undefined, kind = ''): string =>
    `<td class="number${kind}" data-label="${label}">${value === undefined ? '?' : formatCount(value)}</td>`;
  const full = row.limit !== undefined && row.peak > row.limit;
  const pressed = row.limit !== undefined && row.peak > row.limit / 2;
  return element('tr', '', [
    `<th scope="row">${escapeHtml(row.endpoint)}</th>`,
    `<td>${escapeHtml(ownerText(row))}</td>`,
    manyNamespaces ? `<td data-label="in">${escapeHtml(row.namespace)}</td>` : '',
    row.present ? number('waiting', row.length) : '<td class="number">gone</td>',
    number('peak', row.peak, full ? ' loss' : pressed ? ' pressure' : ''),
    number('limit', row.limit),
    `<td data-label="set by">${row.limitSetBy === 'unknown' ? '?' : row.limitSetBy}</td>`,
    number('dropped', row.drops, (row.drops ?? 0) > 0 ? ' loss' : ''),
  ]);
}
