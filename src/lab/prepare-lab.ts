import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { libc } from '../kernel/ffi.ts';
import { firewallTool } from './firewall.ts';
import { areNamesShared, prepareNamespaceFolder } from './namespace-file.ts';
import { howToInstall, isInstalled } from './tool.ts';

const AF_INET6 = 10;
const SOCK_STREAM = 1;

/** Bits of CapEff in /proc/PID/status (capabilities(7)). */
const neededCapabilities = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_SYS_ADMIN: 21 } as const;

/**
 * Whether this host can play scenarios at all; to be called once, on the main thread, before the first of them. Throws HalfopenError
 * (exit 3) which says what is missing: Linux, root or the root of a user namespace, `ip`, `nft` or `iptables`. Where /run/netns
 * may not be written (`unshare -Urn`) the process gets its own.
 */
export function prepareLab(): void {
  prepareCleaning();
  if (!isInstalled('ip')) throw cannotRun('ip is not installed', howToInstall('ip'));
  firewallTool();
}

/** The same without the tools: taking down only hurries with `ip`, and does without. */
export function prepareCleaning(): void {
  if (process.platform !== 'linux') {
    throw cannotRun(
      `this is ${process.platform}`,
      'It makes Linux network namespaces: run it on Linux, in a virtual machine for example.',
    );
  }
  const missing = missingCapabilities();
  if (missing.length > 0) throw cannotRun(`it needs ${missing.join(', ')}`, howToGetRoot());
  prepareNamespaceFolder();
}

/** After `prepareLab`: throws HalfopenError (exit 3) where nobody else could see the lab's namespaces. */
export function requireSharedNames(): void {
  if (areNamesShared()) return;
  throw cannotRun(
    '/run/netns may not be written here, so that no other program would see its namespaces',
    'Run it as root of the host, or without --visible.',
  );
}

/** Kernel features that some scenarios need; asked when they are needed, so that a host without one can play the others. */
export const labFeatures = ['ipv6', 'syncookies', 'tun'] as const;
export type LabFeature = (typeof labFeatures)[number];

/** Throws HalfopenError (exit 3) which says how to do without it, or get it. */
export function requireFeature(feature: LabFeature): void {
  if (featureTests[feature]()) return;
  throw cannotRun(...withoutFeature[feature]);
}

/** The kernel has IPv6, and it was not switched off at boot (`ipv6.disable=1`). */
export function ipv6Available(): boolean {
  const { call } = libc();
  const fd = call.socket(AF_INET6, SOCK_STREAM, 0) as number;
  if (fd >= 0) call.close(fd);
  return fd >= 0 && existsSync('/proc/thread-self/net/if_inet6');
}

/** CONFIG_SYN_COOKIES. */
export function syncookiesAvailable(): boolean {
  return existsSync('/proc/sys/net/ipv4/tcp_syncookies');
}

/** Delayed and lossy links are made of tun devices, which root of a user namespace may only use where others may (mode 0666). */
export function tunAvailable(): boolean {
  try {
    closeSync(openSync('/dev/net/tun', 'r+'));
    return true;
  } catch {
    return false;
  }
}

const featureTests: Readonly<Record<LabFeature, () => boolean>> = {
  ipv6: ipv6Available,
  syncookies: syncookiesAvailable,
  tun: tunAvailable,
};

const withoutFeature: Readonly<Record<LabFeature, readonly [said: string, remedy: string]>> = {
  ipv6: ['this kernel has no IPv6, or it is switched off (ipv6.disable=1)', 'Choose --family ipv4.'],
  syncookies: [
    'this kernel was built without SYN cookies (CONFIG_SYN_COOKIES): net.ipv4.tcp_syncookies does not exist',
    'Nothing here can stand in for them: choose another scenario.',
  ],
  tun: [
    '/dev/net/tun cannot be opened, and delayed links are made of tun devices',
    'Load the module (modprobe tun), run it as root, or allow everybody to use it (chmod 0666 /dev/net/tun).',
  ],
};

function missingCapabilities(): string[] {
  const status = readFileSync('/proc/thread-self/status', 'latin1');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return Object.entries(neededCapabilities)
    .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
}

/** The hint at a user namespace is only given where making one works: distributions forbid it in several ways. */
function howToGetRoot(): string {
  if (process.getuid?.() === 0) return 'Root alone does not have them here: a container needs --privileged.';
  const attempt = spawnSync('unshare', ['-Urn', 'true'], { encoding: 'utf8', timeout: 5000 });
  if (attempt.status === 0) return 'Run it as root, or without: unshare -Urn halfopen lab run ...';
  const said = attempt.error ? attempt.error.message : attempt.stderr.trim();
  return `Run it as root. (Without root it would need a user namespace, which is not to be had here: ${said}.)`;
}

function cannotRun(said: string, remedy: string): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'run the lab',
    on: 'on this host',
    said,
    remedy,
  });
}
