import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inNamespace } from '../../../kernel/netns/enter.ts';
import { steady } from '../background.ts';
import { defineHealthy, type HealthyKind, lostNothing } from '../healthy-kind.ts';
import { countSockets, takeSnapshot } from '../measured.ts';
import type { Site } from '../site.ts';

/** Servers that people really use, with the queues and the habits they come with. */
const server = (
  name: string,
  program: string,
  argumentsFor: (folder: string, port: number, isIpv6: boolean) => readonly string[],
  mostPerSecond: number,
): HealthyKind =>
  defineHealthy({
    name,
    available: () => spawnSync(program, ['--version']).error === undefined,
    start: async (site, dice) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-real-'));
      const port = site.freePort();
      const args = argumentsFor(folder, port, site.isIpv6);
      const child = inNamespace(site.here.path, () => spawn(program, args, { stdio: 'ignore', cwd: folder }));
      site.whenDone(() => {
        child.kill('SIGTERM');
        rmSync(folder, { recursive: true, force: true });
      });
      await untilListening(site, port);
      const rate = dice.whole(5, mostPerSecond);
      // As much as a request needs: both servers wait for the end of a line, and close when the client has.
      const requests = { sendBytes: 300, holdMs: dice.whole(20, 120) };
      await site.visit({ port, ...steady(rate), ...requests });
      return { parameters: { rate }, missing: (found) => lostNothing(found, { 'Tcp.PassiveOpens': rate }) };
    },
  });

async function untilListening(site: Site, port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (countSockets(takeSnapshot(site.here), 'LISTEN', { local: port }) > 0) return;
    await sleep(50);
  }
  throw new Error(`nobody listens on port ${port} after 5 s`);
}

const nginx = server(
  'nginx',
  'nginx',
  (folder, port, isIpv6) => {
    const file = path.join(folder, 'nginx.conf');
    const listen = isIpv6 ? `[::]:${port}` : String(port);
    writeFileSync(
      file,
      `worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log; daemon off;
       events { worker_connections 1024; }
       http { access_log off; server { listen ${listen}; location / { return 200 "fine\\n"; } } }`,
    );
    return ['-c', file];
  },
  300,
);

const pythonHttp = server(
  'python-http-server',
  'python3',
  (_folder, port, isIpv6) => ['-m', 'http.server', String(port), '--bind', isIpv6 ? '::' : '0.0.0.0'],
  25,
);

export const realServers: readonly HealthyKind[] = [nginx, pythonHttp];
