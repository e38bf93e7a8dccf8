import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../src/app/diagnose-host.ts';
import { applyTuning } from '../../../src/app/tune/apply-tuning.ts';
import { rollBackTuning } from '../../../src/app/tune/roll-back-tuning.ts';
import { readHostIdentity } from '../../../src/kernel/host/read-host-identity.ts';
import type { AppliedPlan, RolledBack } from '../../../src/tcp/applied-plan.ts';
import type { ConfigChange, PlanChange, SysctlChange, TunePlan } from '../../../src/tcp/tune-plan.ts';
import type { Checkpoint } from '../../../src/tuning/apply/write-step.ts';
import { unifiedDiff } from '../../../src/tuning/plan/unified-diff.ts';

const inode = 4_026_531_840;
export const nginxFile = '/etc/nginx/nginx.conf';
export const nginxText = 'http {\r\n  listen 80;\r\n  # Ü\r\n}';

/** Thrown at a checkpoint: what a crash is to the files, without ending the test. */
export class Crash extends Error {}

/** A host as a folder: /proc/sys with two values, a configuration, and a folder for journals beside it. */
export class Image implements Disposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'halfopen-image-'));
  readonly root = path.join(this.folder, 'root');
  readonly state = path.join(this.folder, 'state');

  constructor() {
    this.put('proc/sys/net/core/somaxconn', '128\n');
    this.put('proc/sys/net/ipv4/tcp_syncookies', '0\n');
    this.put(nginxFile, nginxText);
    chmodSync(path.join(this.root, nginxFile), 0o640);
  }

  put(file: string, text: string): void {
    const target = path.join(this.root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  read(file: string): string | undefined {
    const target = path.join(this.root, file);
    return existsSync(target) ? readFileSync(target, 'utf8') : undefined;
  }

  /** Every file with its bytes and permissions. */
  get everything(): Record<string, string> {
    const names = readdirSync(this.root, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      names.map((name) => {
        const file = path.join(this.root, name);
        const stat = statSync(file);
        return [name, `${stat.mode} ${stat.isFile() ? readFileSync(file, 'latin1') : ''}`];
      }),
    );
  }

  apply(checkpoint?: Checkpoint, plan: TunePlan = this.plan()): AppliedPlan {
    return applyTuning({
      plan,
      chosen: plan.changes,
      root: this.root,
      state: this.state,
      version: '0',
      clock: systemClock,
      ...(checkpoint ? { checkpoint } : {}),
    });
  }

  rollBack(more: { force?: boolean; checkpoint?: Checkpoint; id?: string } = {}): RolledBack | null {
    return rollBackTuning({ state: this.state, force: false, clock: systemClock, ...more });
  }

  plan(changes: readonly PlanChange[] = this.changes()): TunePlan {
    return {
      schemaVersion: 1,
      id: '20261121-000000-test',
      tool: { name: 'halfopen', version: '0' },
      madeAtMs: 0,
      host: readHostIdentity(),
      namespaces: [{ inode, names: ['host'], initial: true, pid: 1, cookie: null }],
      changes,
      refusals: [],
      findings: [],
    };
  }

  changes(): readonly PlanChange[] {
    return [
      sysctlChange(1, 'net.core.somaxconn', '128', '4096'),
      sysctlChange(2, 'net.ipv4.tcp_syncookies', '0', '1'),
      this.nginxEdit(3),
    ];
  }

  nginxEdit(id: number): ConfigChange {
    const text = this.read(nginxFile) ?? '';
    const edit = { line: 2, before: '  listen 80;\r', after: '  listen 80 backlog=4096;\r' };
    return {
      ...base(id),
      kind: 'config-edit',
      listener: { family: 'ipv4', address: '0.0.0.0', port: 80 },
      server: 'nginx',
      title: 'nginx',
      pid: 812,
      root: '',
      file: nginxFile,
      sha256: createHash('sha256').update(text).digest('hex'),
      edit,
      diff: unifiedDiff(nginxFile, text, edit),
      present: 511,
      value: 4096,
      takesEffect: { by: 'reload', command: 'nginx -s reload', because: 'it listens again' },
      check: 'nginx -t',
      notes: [],
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

export function sysctlChange(
  id: number,
  parameter: string,
  present: string | null,
  value: string,
): SysctlChange {
  return {
    ...base(id),
    kind: 'sysctl',
    parameter,
    present,
    value,
    read: 'at listen()',
    lasts: 'drop-in',
    keep: '/etc/sysctl.d/90-halfopen.conf',
  };
}

function base(id: number) {
  return {
    id,
    namespace: inode,
    findings: ['backlog-capped' as const],
    optional: false,
    why: `reason ${id}`,
    effect: '',
    risk: '',
    doesNot: '',
  };
}

/** The names of all checkpoints that `run` comes by. */
export function checkpointsOf(run: (checkpoint: Checkpoint) => unknown): readonly string[] {
  const names: string[] = [];
  run((at) => names.push(at));
  return names;
}

/** Stops at the checkpoint of that number. */
export function crashAt(number: number): Checkpoint {
  let passed = 0;
  return (at) => {
    if (passed++ === number) throw new Crash(at);
  };
}
