import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { backlogCapped } from '../../src/diagnosis/rules/backlog-capped.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import {
  defaultSysctls,
  makeListener,
  makeNamespace,
  makeObservation,
  makeProcess,
  makeQueueHistory,
} from '../fixtures/observation.ts';

interface Given {
  readonly program: string;
  readonly somaxconn: number;
  readonly limit?: number;
  readonly peak?: number;
  readonly kernelRelease?: string;
  readonly sockets?: number;
}

function judge({
  program,
  somaxconn,
  limit = somaxconn,
  peak = 0,
  kernelRelease,
  sockets = 1,
}: Given): readonly Finding[] {
  const listeners = Array.from({ length: sockets }, (_, n) =>
    makeListener({
      cookie: String(n),
      acceptQueue: { before: { length: 0, limit }, after: { length: 0, limit } },
      queue: makeQueueHistory({ peak, acceptedAtLeast: peak }),
    }),
  );
  const namespace = makeNamespace({
    listeners,
    sysctls: { ...defaultSysctls, 'net.core.somaxconn': String(somaxconn) },
  });
  const made = makeObservation({ namespaces: [namespace], processes: [makeProcess({ name: program })] });
  const host = { ...made.host, kernelRelease: kernelRelease ?? made.host.kernelRelease };
  return diagnose({ ...made, host }, [backlogCapped]).findings;
}

describe('backlog-capped', () => {
  it('is certain when the program asks for more by default (nginx 511, somaxconn 128)', () => {
    expect(judge({ program: 'nginx', somaxconn: 128 })).toMatchObject([
      { severity: 'info', confidence: 'certain' },
    ]);
  });

  it('is likely when somebody lowered somaxconn, possible when 128 is what the kernel gives', () => {
    expect(judge({ program: 'thing', somaxconn: 128 })).toMatchObject([{ confidence: 'likely' }]);
    const old = judge({ program: 'thing', somaxconn: 128, kernelRelease: '4.18.0-553.el8_10.x86_64' });
    expect(old).toMatchObject([{ severity: 'info', confidence: 'possible' }]);
  });

  it('is an alarm when the queue comes near the cap', () => {
    expect(judge({ program: 'nginx', somaxconn: 128, peak: 110 })).toMatchObject([{ severity: 'warning' }]);
    expect(judge({ program: 'caddy', somaxconn: 4096, peak: 3900 })).toMatchObject([{ severity: 'warning' }]);
  });

  it('says nothing of programs that take all they can get, nor of a limit below somaxconn', () => {
    expect(judge({ program: 'caddy', somaxconn: 4096 })).toEqual([]);
    expect(judge({ program: 'nginx', somaxconn: 4096, limit: 511 })).toEqual([]);
    expect(judge({ program: 'nginx', somaxconn: 4096, limit: 511, peak: 500 })).toEqual([]);
  });

  it('speaks once for all sockets of a SO_REUSEPORT group', () => {
    const [finding, ...others] = judge({ program: 'nginx', somaxconn: 128, sockets: 8 });
    expect(others).toEqual([]);
    expect(finding?.title).toContain('8 sockets');
  });
});
