import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/** The programs of other packages which the lab cannot do without, and where Debian has them. */
const debianPackages: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  'iptables-restore': 'iptables',
  'ip6tables-restore': 'iptables',
};

/** Where they live; on Debian these are not in the PATH of people who are not root. */
const administrationFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Runs an installed program to its end and gives its standard output; `input` becomes its standard input.
 * Throws HalfopenError when it is not installed (naming the Debian package), fails, or takes longer than 20 s.
 */
export function runTool(program: string, args: readonly string[], input?: string): string {
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 20_000,
    input,
    maxBuffer: 64 << 20,
    env: { ...process.env, PATH: searchedFolders().join(':') },
  });
  if (result.status === 0) return result.stdout;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'run',
    on: [program, ...args].join(' '),
    said: whatItSaid(result),
    remedy: remedyFor(program, result),
  });
}

export function isInstalled(program: string): boolean {
  return searchedFolders().some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** "Install it: Debian package iproute2." */
export function howToInstall(program: string): string {
  return `Install it: Debian package ${debianPackages[program] ?? program}.`;
}

function searchedFolders(): string[] {
  return [...(process.env.PATH ?? '').split(':'), ...administrationFolders].filter((folder) => folder !== '');
}

function whatItSaid(result: SpawnSyncReturns<string>): string {
  if (result.error) return result.error.message;
  if (result.signal) return `ended by ${result.signal}`;
  return result.stderr.trim() || `exit code ${result.status}`;
}

function remedyFor(program: string, result: SpawnSyncReturns<string>): string | undefined {
  const missing = result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT';
  if (missing) return howToInstall(program);
  return process.getuid?.() === 0 ? undefined : 'The lab makes network namespaces: it needs root.';
}
