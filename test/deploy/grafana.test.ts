import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unknownLabels, unknownMetrics } from './metric-names.ts';
import { mayLackPromtool, promtool } from './promtool.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

const text = readFileSync(new URL('../../deploy/grafana/halfopen.json', import.meta.url), 'utf8');
const dashboard = JSON.parse(text) as Dashboard;
const { panels } = dashboard;
/** Grafana's way to write the variable of the data source. */
const chosen = '$' + '{datasource}';
const expressions = [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

describe('the dashboard', () => {
  it('is one of Grafana 10 or 11 that can be imported', () => {
    expect(dashboard).toMatchObject({ id: null, uid: 'halfopen' });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(39);
    const types = new Set(['row', 'stat', 'timeseries', 'table']);
    expect(panels.filter(({ type }) => !types.has(type))).toEqual([]);
  });

  it('lets people choose data source, host, namespace and listener, and uses the choice everywhere', () => {
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['instance', 'query'],
      ['namespace', 'query'],
      ['listener', 'query'],
    ]);
    for (const { targets = [], datasource, type } of panels) {
      if (type !== 'row') expect(datasource?.uid).toBe(chosen);
      for (const target of targets) expect(target.datasource.uid).toBe(chosen);
    }
    for (const expr of expressions)
      for (const [, name = '', matchers = ''] of expr.matchAll(/(halfopen_\w+)(\{[^}]*\})?/g)) {
        expect(matchers, expr).toContain('instance=~"$instance"');
        if (name.startsWith('halfopen_listener_')) expect(matchers, expr).toContain('listener=~"$listener"');
      }
  });

  it('asks for metrics and labels of the catalogue', () => {
    expect(unknownMetrics(text)).toEqual([]);
    const variables = dashboard.templating.list.map(({ definition = '' }) => definition);
    expect(unknownLabels([...expressions, ...variables].join('\n'))).toEqual([]);
  });

  it('answers in the order of the console: wrong? full? drops? why? states, below', () => {
    const rows = panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows[0]).toMatch(/wrong/);
    expect(rows[1]).toMatch(/full, who drops, since when/);
    for (const { type, title, description, targets = [] } of panels) {
      if (type === 'row') continue;
      expect(description, title).toMatch(/\S/);
      expect(targets.length, title).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('has each id once, and no panel over another or over the edge', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} at ${x},${y}`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    }
  });

  it.skipIf(mayLackPromtool)('asks in PromQL (needs promtool)', () => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'halfopen-dashboard-'));
    try {
      const rules = expressions.map((expr, at) => ({
        record: `panel:${at}`,
        expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(instance|namespace|listener)/g, '.*'),
      }));
      expect(rules.some(({ expr }) => expr.includes('$'))).toBe(false);
      const file = path.join(scratch, 'panels.json');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      const { status, text: said } = promtool('check', 'rules', file);
      expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
      expect(status).toBe(0);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});
