import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * CONFIG_HZ of the running kernel, from /proc/config.gz (CONFIG_IKCONFIG_PROC) or /boot/config-RELEASE; undefined where neither can be
 * read: nothing else tells it (CLK_TCK, the unit of /proc/PID/stat, is always 100).
 */
export function readConfigHz(release: string, root = ''): number | undefined {
  for (const read of [
    () => gunzipSync(readFileSync(`${root}/proc/config.gz`)).toString('latin1'),
    () => readFileSync(`${root}/boot/config-${release}`, 'latin1'),
  ]) {
    try {
      const hz = /^CONFIG_HZ=(\d+)$/m.exec(read())?.[1];
      if (hz !== undefined) return Number(hz);
    } catch {
      // The next place.
    }
  }
  return undefined;
}
