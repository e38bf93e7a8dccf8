import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { metricsRoute } from '../../src/server/metrics/metrics-route.ts';
import { findingIds } from '../../src/tcp/finding.ts';
import { anIncident, busyFeed, START, tell } from '../server/metrics/busy-feed.ts';
import { unknownLabels, unknownMetrics } from './metric-names.ts';
import { mayLackPromtool, promtool } from './promtool.ts';

const folder = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const rulesFile = path.join(folder, 'halfopen.rules.yml');
const testsFile = path.join(folder, 'halfopen.rules.test.yml');
const rules = readFileSync(rulesFile, 'utf8');
const alerts = rules.split(/^ {6}- alert: /m).slice(1);

describe.skipIf(mayLackPromtool)('the alerts (needs promtool)', () => {
  it('are rules that Prometheus takes', () => {
    const { status, text } = promtool('check', 'rules', rulesFile);
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('fire when they should, do not when they should not, and say what they should', () => {
    const { status, text } = promtool('test', 'rules', testsFile);
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('and their tests notice a changed threshold and a changed word', () => {
    for (const [from, to] of [
      ['> 0.8', '> 0.9'],
      ['its accept queue is full', 'it is full'],
    ] as const) {
      const scratch = mkdtempSync(path.join(tmpdir(), 'halfopen-rules-'));
      try {
        writeFileSync(path.join(scratch, 'halfopen.rules.yml'), rules.replaceAll(from, to));
        writeFileSync(path.join(scratch, 'tests.yml'), readFileSync(testsFile));
        expect(promtool('test', 'rules', path.join(scratch, 'tests.yml')).status).not.toBe(0);
      } finally {
        rmSync(scratch, { recursive: true });
      }
    }
  });

  it('the scrape configuration is one', () => {
    const { status, text } = promtool('check', 'config', path.join(folder, 'scrape.yml'));
    expect(text).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});

describe('the alerts', () => {
  it('ask for metrics and labels of the catalogue', () => {
    expect(unknownMetrics(rules)).toEqual([]);
    expect(unknownLabels(rules)).toEqual([]);
    expect(unknownMetrics(readFileSync(testsFile, 'utf8'))).toEqual([]);
    expect(unknownLabels(readFileSync(testsFile, 'utf8'))).toEqual([]);
  });

  it.each(alerts.map((text) => [text.split('\n')[0] ?? '', text]))(
    '%s: severity, words, remedy, runbook, test',
    (name, text) => {
      expect(text).toMatch(/severity: (critical|warning|info)\n/);
      expect(text).toMatch(/ summary: \S/);
      expect(text).toMatch(/ description: \S/);
      const runbook = /runbook: '?(halfopen [^'\n]+)/.exec(text)?.[1] ?? '';
      const explains = /^halfopen explain (\S+)$/.exec(runbook)?.[1];
      if (explains !== undefined) expect(['{{', ...findingIds]).toContain(explains.split(' ')[0]);
      else expect(runbook).toMatch(/^halfopen (serve --help|explain \{\{ \$labels\.finding \}\})$/);
      const tests = readFileSync(testsFile, 'utf8').split(`alertname: ${name}\n`).slice(1);
      // Fires in one case, with its words, and does not in another.
      expect(tests.some((one) => /^\s+exp_alerts:\n\s+- exp_labels:/.test(one))).toBe(true);
      expect(tests.some((one) => /^\s+exp_alerts: \[\]/.test(one))).toBe(true);
    },
  );
});

const mayLackPrometheus =
  spawnSync('prometheus', ['--version']).error !== undefined && process.getuid?.() !== 0;

describe.skipIf(mayLackPrometheus)('a real Prometheus (needs prometheus)', () => {
  it('scrapes OpenMetrics from us, evaluates the alerts, and one fires', async () => {
    const feed = busyFeed(3);
    const route = metricsRoute(feed, { topListeners: 2 });
    tell(feed, START);
    feed.incident(anIncident);
    const accepts: string[] = [];
    const target = createServer(async (request, response) => {
      accepts.push(request.headers.accept ?? '');
      const { contentType, body } = await route.handle(request.headers.accept ?? '');
      response.writeHead(200, { 'content-type': contentType }).end(body);
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const scratch = mkdtempSync(path.join(tmpdir(), 'halfopen-prometheus-'));
    const { port } = target.address() as AddressInfo;
    const scrape = readFileSync(path.join(folder, 'scrape.yml'), 'utf8')
      .replace('127.0.0.1:4224', `127.0.0.1:${port}`)
      .replace('15s', '1s')
      .replace('- halfopen.rules.yml', `- ${rulesFile}`);
    writeFileSync(path.join(scratch, 'prometheus.yml'), `global: { evaluation_interval: 1s }\n${scrape}`);
    const at = `127.0.0.1:${4400 + (process.pid % 90)}`;
    const prometheus = spawn('prometheus', [
      `--config.file=${scratch}/prometheus.yml`,
      `--storage.tsdb.path=${scratch}/data`,
      `--web.listen-address=${at}`,
    ]);
    try {
      const ask = async (what: string) => {
        const response = await fetch(`http://${at}/api/v1/${what}`);
        // biome-ignore lint/suspicious/noExplicitAny: what Prometheus answers is looked at field by field
        return ((await response.json()) as any).data;
      };
      await vi.waitFor(
        async () => {
          tell(feed, START + 1, { 10: { drops: 2 } });
          const [scraped] = (await ask('targets')).activeTargets;
          expect(scraped.lastError).toBe('');
          const { alerts: firing } = await ask('alerts');
          expect(firing.map((one: { labels: { alertname: string } }) => one.labels.alertname)).toContain(
            'HalfopenIncidentCritical',
          );
        },
        { timeout: 30_000, interval: 300 },
      );
      await sleep(1100);
      const { result } = await ask('query?query=halfopen_listener_drops_total%20%3E%200');
      expect(result).toHaveLength(1);
      expect(result[0].metric).toMatchObject({
        namespace: 'web',
        listener: '0.0.0.0:80',
        job: 'halfopen',
      });
      expect(accepts[0]).toContain('application/openmetrics-text');
    } finally {
      prometheus.kill();
      await new Promise((resolve) => prometheus.once('exit', resolve));
      target.closeAllConnections();
      target.close();
      route.close();
      rmSync(scratch, { recursive: true });
    }
  });
});
