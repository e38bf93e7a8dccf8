import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';

const families = {
  ipv4: { any: '0.0.0.0', loopback: '127.0.0.1' },
  ipv6: { any: '::', loopback: '::1' },
} as const;

async function look(address: string, tcpSyncookies: number): Promise<DoctorRun> {
  using namespace = LabNamespace.create('cookies');
  namespace.setSysctl('net.ipv4.tcp_syncookies', tcpSyncookies);
  await namespace.spawn('listener', { address, port: 80, backlog: 64 }).ready;
  return await runDoctor(namespace.name, ['--for', '300ms']);
}

describe.skipIf(process.getuid?.() !== 0)('syncookies-off (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    const { any, loopback } = families[family];

    it('experiment: tcp_syncookies=0 with a listener on every address', async () => {
      const finding = (await look(any, 0)).finding('syncookies-off');
      expect(finding).toMatchObject({ severity: 'warning', confidence: 'certain', cause: { id: 'setting' } });
      expect(finding?.subject.sysctl).toBe('net.ipv4.tcp_syncookies');
    });

    it('counter-experiment: the same with a listener on loopback, where nobody can flood it', async () => {
      expect((await look(loopback, 0)).finding('syncookies-off')).toBeUndefined();
    });

    it('counter-experiment: tcp_syncookies=1 with a listener on every address', async () => {
      expect((await look(any, 1)).finding('syncookies-off')).toBeUndefined();
    });
  });
});
