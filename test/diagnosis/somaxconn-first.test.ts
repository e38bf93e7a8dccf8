import { describe, expect, it } from 'vitest';
import { somaxconnFirst } from '../../src/diagnosis/somaxconn-first.ts';
import type { NamespaceObservation } from '../../src/tcp/observation.ts';
import { defaultSysctls, makeNamespace, makeObservation } from '../fixtures/observation.ts';

function advise(somaxconn: string, where: Partial<NamespaceObservation>, backlog = 1024) {
  const sysctls = { ...defaultSysctls, 'net.core.somaxconn': somaxconn };
  const namespace = makeNamespace({ sysctls, ...where });
  return somaxconnFirst(
    { observation: makeObservation({ namespaces: [namespace] }), namespace },
    backlog,
    'measured',
  );
}

const container: Partial<NamespaceObservation> = {
  own: false,
  initial: false,
  names: ['web'],
  pids: [4711],
};

describe('somaxconn before a larger backlog', () => {
  it('is raised where the listener is, and not on the host around it', () => {
    const command = 'sysctl -w net.core.somaxconn=4096';
    expect(advise('128', { own: true })).toMatchObject([{ command }]);
    expect(advise('128', container)).toMatchObject([{ command: `nsenter -t 4711 -n ${command}` }]);
    expect(advise('128', { ...container, pids: [] })).toMatchObject([
      { command: `ip netns exec web ${command}` },
    ]);
  });

  it('is raised to what is needed where that is more than the kernel’s default', () => {
    expect(advise('128', { own: true }, 10_000)).toMatchObject([
      {
        command: 'sysctl -w net.core.somaxconn=10000',
        change: { sysctls: { 'net.core.somaxconn': '10000' } },
      },
    ]);
  });

  it('is left alone where it leaves room', () => {
    expect(advise('1024', container)).toEqual([]);
  });
});
