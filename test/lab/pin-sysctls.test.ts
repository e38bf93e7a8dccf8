import { describe, expect, it } from 'vitest';
import { HalfopenError } from '../../src/base/errors.ts';
import { kernelSetting } from '../../src/lab/kernel-setting.ts';
import { pinSysctls } from '../../src/lab/pin-sysctls.ts';

/** The sysctls of a kernel that lacks `missing`. */
function namespaceWithout(missing: string) {
  const written: Record<string, number | string> = {};
  return {
    written,
    hasSysctl: (name: string) => name !== missing,
    setSysctl: (name: string, value: number | string) => {
      written[name] = value;
    },
  };
}

const scenario = {
  sysctls: { 'net.ipv4.tcp_rto_max_ms': 120_000, 'net.ipv4.tcp_syn_retries': 2, 'net.core.somaxconn': 4096 },
  settings: [
    kernelSetting('tcp_rto_max_ms', { default: 120_000 }),
    kernelSetting('tcp_syn_retries', { default: 2 }),
  ],
};

describe('pinSysctls', () => {
  it('writes every parameter, a setting of the same name first', () => {
    const namespace = namespaceWithout('none');
    pinSysctls([namespace], scenario, { tcp_syn_retries: 5, tcp_rto_max_ms: 120_000, somaxconn: 16 });
    expect(namespace.written).toEqual({
      'net.ipv4.tcp_rto_max_ms': 120_000,
      'net.ipv4.tcp_syn_retries': 5,
      'net.core.somaxconn': 16,
    });
  });

  it('leaves out what an older kernel lacks', () => {
    const old = namespaceWithout('net.ipv4.tcp_rto_max_ms');
    pinSysctls([old], scenario, { tcp_syn_retries: 2, tcp_rto_max_ms: 120_000 });
    expect(Object.keys(old.written)).toEqual(['net.ipv4.tcp_syn_retries', 'net.core.somaxconn']);
  });

  it('refuses another value of what the kernel lacks, and says since when there is one', () => {
    const old = namespaceWithout('net.ipv4.tcp_rto_max_ms');
    const pin = (): void => pinSysctls([old], scenario, { tcp_syn_retries: 2, tcp_rto_max_ms: 5000 });
    expect(pin).toThrow(HalfopenError);
    expect(pin).toThrow(/tcp_rto_max_ms.*no such parameter/s);
  });
});
