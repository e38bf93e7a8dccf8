import { describe, expect, it } from 'vitest';
import { listenAddresses, look } from '../staging/with-syncookies.ts';

describe.skipIf(process.getuid?.() !== 0)('syncookies-off (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    const { any, loopback } = listenAddresses[family];

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
