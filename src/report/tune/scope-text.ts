import type { Parameter } from '../../tcp/parameters/parameter.ts';

/** Where a value holds, and what a container starts with. */
export function scopeText({ name, scope, newNamespace, writable }: Parameter): string {
  const start = {
    default: 'a new one starts with the kernel’s default',
    copy: 'a new one starts with a copy of the initial namespace’s value',
    absent: 'other network namespaces do not see it',
    shared: 'it is the same everywhere',
  }[newNamespace];
  switch (scope) {
    case 'namespace':
      return `per network namespace; ${start}${writable ? '' : '; to be read only'}`;
    case 'interface':
      return name.startsWith('net.ipv4.')
        ? 'per interface of each network namespace; conf.default reaches all that were not set by name'
        : 'per interface of each network namespace; conf.default is for those to come';
    case 'ipc':
      return 'per IPC namespace';
    case 'view':
      return `one for the whole kernel; other network namespaces may ${writable ? 'read but not change it' : 'read it'}`;
    case 'global':
      return `one for the whole kernel; ${start}`;
  }
}
