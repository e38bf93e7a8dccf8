import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/** The programs of other packages which the lab cannot do without, and where Debian has them. */
const debianPackages: Readonly<Record<string, string>> = { ip: 'iproute2', nft: 'nftables' };

/**
 * Runs an installed program to its end and gives its standard output; `input` becomes its standard input.
 * Throws HalfopenError when it is not installed (naming the Debian package), fails, or takes longer than 20 s.
 */
export function runTool(program: string, args: readonly string[], input?: string): string {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000, input, maxBuffer: 64 << 20 });
  if (result.status === 0) return result.stdout;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'run',
    on: [program, ...args].join(' '),
    said: whatItSaid(result),
    remedy: remedyFor(program, result),
  });
}

function whatItSaid(result: SpawnSyncReturns<string>): string {
  if (result.error) return result.error.message;
  if (result.signal) return `ended by ${result.signal}`;
  return result.stderr.trim() || `exit code ${result.status}`;
}

function remedyFor(program: string, result: SpawnSyncReturns<string>): string | undefined {
  const missing = result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT';
  if (missing) return `Install it: Debian package ${debianPackages[program] ?? program}.`;
  return process.getuid?.() === 0 ? undefined : 'The lab makes network namespaces: it needs root.';
}
