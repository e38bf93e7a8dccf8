import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { findNamespaces } from '../../src/kernel/netns/find-namespaces.ts';
import { cleanLeftovers } from '../../src/lab/clean-leftovers.ts';
import { namespaceFolder } from '../../src/lab/namespace-file.ts';
import { runProgram, type StartedProgram, startProgram } from '../cli/start-program.ts';

const scenario = 'accept-queue-overflow';
const namePattern = new RegExp(`^halfopen-lab-${scenario}-(client|server)-`);

const visibleNames = (): readonly string[] =>
  findNamespaces()
    .namespaces.flatMap(({ names }) => names.slice(0, 1))
    .filter((name) => namePattern.test(name));

async function until<T>(look: () => T | undefined | Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error('it did not come');
}

const bothNames = (): Promise<readonly string[]> =>
  until(() => {
    const names = visibleNames();
    return names.length === 2 ? names : undefined;
  });

interface Listed {
  readonly namespaces: readonly {
    readonly names: readonly string[];
    readonly listeners: readonly { port: number }[];
  }[];
}

/** What another program sees of the server's namespace. */
async function listenersOf(name: string): Promise<Listed['namespaces'][number]['listeners']> {
  const run = await runProgram(['listeners', '--netns', name, '--json']);
  if (run.exitCode !== 0) return [];
  return (JSON.parse(run.stdout) as Listed).namespaces[0]?.listeners ?? [];
}

let started: StartedProgram | undefined;
function start(...args: string[]): StartedProgram {
  started = startProgram(['lab', 'run', scenario, ...args, '--json']);
  return started;
}

describe.skipIf(process.getuid?.() !== 0)('a lab that is to be seen (needs root)', () => {
  afterEach(async () => {
    started?.child.kill('SIGKILL');
    await started?.ended;
    cleanLeftovers();
  });

  test.each(['ipv4', 'ipv6'])(
    'shows its namespaces and its server while it runs, over %s',
    async (family) => {
      const { ended } = start('--visible', '--family', family);
      const names = await bothNames();
      const server = names.find((name) => name.includes('-server-')) ?? '';
      const beganMs = performance.now();
      const listeners = await until(async () => {
        const found = await listenersOf(server);
        return found.length > 0 ? found : undefined;
      });
      expect(listeners.length).toBeGreaterThan(0);
      const run = await ended;
      // The namespaces stood before the first packet and after the last one.
      expect(performance.now() - beganMs).toBeGreaterThan(5500);
      expect(JSON.parse(run.stdout)).toMatchObject({ scenario, passed: true });
      expect(run.exitCode).toBe(0);
      expect(visibleNames()).toEqual([]);
      expect(readdirSync(namespaceFolder).filter((name) => namePattern.test(name))).toEqual([]);
    },
  );

  test('that is killed leaves nothing that lab clean does not remove', async () => {
    const { child, ended } = start('--visible');
    const names = await bothNames();
    child.kill('SIGKILL');
    await ended;
    const cleaned = await runProgram(['lab', 'clean']);
    expect(cleaned.exitCode).toBe(0);
    for (const name of names) expect(cleaned.stdout).toContain(`removed network namespace ${name}`);
    expect(readdirSync(namespaceFolder).filter((name) => namePattern.test(name))).toEqual([]);
  });

  test('without it nothing changes', async () => {
    const { ended } = start();
    await until(() =>
      findNamespaces().namespaces.some(({ names }) => names[0]?.startsWith('hop-server-')) ? true : undefined,
    );
    expect(visibleNames()).toEqual([]);
    expect((await ended).exitCode).toBe(0);
  });

  test('says so where nobody could see it', async () => {
    // Root of a user namespace may not write to the host's /run/netns.
    const run = await runProgram(['lab', 'run', scenario, '--visible'], {
      before: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '-Urn'],
    });
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toContain('without --visible');
  });
});
