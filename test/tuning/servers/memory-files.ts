import type { ConfigFiles } from '../../../src/tuning/servers/config-files.ts';
import { globMatcher } from '../../../src/tuning/servers/glob-pattern.ts';
import { absolutePath } from '../../../src/tuning/servers/server-process.ts';

/** Files of a process that exist in a test only. */
export function memoryFiles(texts: Readonly<Record<string, string>>): ConfigFiles {
  const paths = Object.keys(texts).sort();
  return {
    read: (path) => {
      const text = texts[path];
      if (text !== undefined) return { path, text };
      return paths.some((one) => one.startsWith(`${path}/`))
        ? { failure: 'directory', because: 'it is a directory' }
        : { failure: 'missing', because: 'it does not exist' };
    },
    list: (pattern) => {
      const parts = absolutePath('/', pattern).split('/').map(globMatcher);
      return paths.filter((path) => {
        const names = path.split('/');
        return names.length === parts.length && names.every((name, at) => name === '' || parts[at]?.(name));
      });
    },
  };
}
