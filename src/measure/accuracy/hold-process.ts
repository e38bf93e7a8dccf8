import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { disposeAtExit, forgetAtExit } from '../../lab/left-behind.ts';
import type { Site } from './site.ts';

/** cgroup v1 where it is mounted, else v2. */
const freezerRoots = ['/sys/fs/cgroup/freezer', '/sys/fs/cgroup'] as const;
const cpuRoots = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'] as const;
const periodUs = 100_000;
const ownFolder = /^hop-acc-(\d+)-\d+$/;

/** Puts the process into a cgroup of its own and freezes that, as `docker pause` does. */
export function freeze(site: Site, pid: number): void {
  const [v1, v2] = freezerRoots;
  if (existsSync(v1)) writeFileSync(`${ownCgroup(site, v1, pid)}/freezer.state`, 'FROZEN');
  else writeFileSync(`${ownCgroup(site, v2, pid)}/cgroup.freeze`, '1');
}

/** Gives it this share of one processor, as `docker run --cpus` does. */
export function throttle(site: Site, pid: number, share: number): void {
  const quotaUs = Math.round(share * periodUs);
  const [v1, v2] = cpuRoots;
  if (existsSync(v1)) {
    const folder = ownCgroup(site, v1, pid);
    writeFileSync(`${folder}/cpu.cfs_period_us`, String(periodUs));
    writeFileSync(`${folder}/cpu.cfs_quota_us`, String(quotaUs));
  } else writeFileSync(`${ownCgroup(site, v2, pid)}/cpu.max`, `${quotaUs} ${periodUs}`);
}

/** Removes the cgroups of measurements that were killed; their processes go on, to be found by the lab's own cleaning. */
export function cleanCgroups(): void {
  for (const root of new Set([...freezerRoots, ...cpuRoots])) {
    for (const name of existsSync(root) ? readdirSync(root) : []) {
      const creator = ownFolder.exec(name)?.[1];
      if (creator !== undefined && !existsSync(`/proc/${creator}`)) removeCgroup(root, name);
    }
  }
}

/** Goes away with the site, at the latest when this program ends. */
function ownCgroup(site: Site, root: string, pid: number): string {
  const name = `hop-acc-${process.pid}-${pid}`;
  const undo = (): void => {
    forgetAtExit(undo);
    removeCgroup(root, name);
  };
  mkdirSync(`${root}/${name}`);
  site.whenDone(undo);
  disposeAtExit(undo);
  writeFileSync(`${root}/${name}/cgroup.procs`, String(pid));
  return `${root}/${name}`;
}

/** What is frozen cannot be ended, and a cgroup with members cannot be removed: they move up first. */
function removeCgroup(root: string, name: string): void {
  const folder = `${root}/${name}`;
  if (existsSync(`${folder}/freezer.state`)) writeFileSync(`${folder}/freezer.state`, 'THAWED');
  if (existsSync(`${folder}/cgroup.freeze`)) writeFileSync(`${folder}/cgroup.freeze`, '0');
  for (const member of readFileSync(`${folder}/cgroup.procs`, 'utf8').split('\n').filter(Boolean)) {
    writeFileSync(`${root}/cgroup.procs`, member);
  }
  rmdirSync(folder);
}
