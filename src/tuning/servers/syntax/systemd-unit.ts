import { type ConfigFiles, type ConfigSource, readIfThere, readSource } from '../config-files.ts';
import { absolutePath } from '../server-process.ts';

/** systemd.unit(5): the first folder that has a unit wins; drop-ins of all folders count, the first of those with one name. */
const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
] as const;

export interface UnitLine {
  readonly source: ConfigSource;
  readonly line: number;
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** The last line of one that "\" continues. */
  readonly lastLine: number;
}

/** "/system.slice/redis-server.service" -> "redis-server.service"; undefined for scopes, user sessions and containers. */
export function unitOfCgroup(cgroup: string): string | undefined {
  const unit = cgroup.split('/').findLast((part) => part.endsWith('.service'));
  return unit !== undefined && !cgroup.includes('/user.slice/') ? unit : undefined;
}

/** The unit file and then its drop-ins, in the order in which they count. Empty when there is no such unit. */
export function unitSources(files: ConfigFiles, unit: string): readonly ConfigSource[] {
  const main = fileOfUnit(files, unit);
  if (!main) return [];
  const byName = new Map<string, string>();
  const type = unit.slice(unit.lastIndexOf('.') + 1);
  for (const folder of unitFolders) {
    for (const dropIns of [`${unit}.d`, templateDropIns(unit), `${type}.d`]) {
      const paths = dropIns === undefined ? [] : files.list(`${folder}/${dropIns}/*.conf`);
      if ('failure' in paths) continue;
      for (const path of paths) {
        const name = path.slice(path.lastIndexOf('/') + 1);
        if (!byName.has(name)) byName.set(name, path);
      }
    }
  }
  const ordered = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return [main, ...ordered.map((path) => readSource(files, path))];
}

/** Names of all units of a type, such as "socket". */
export function unitNames(files: ConfigFiles, type: string): readonly string[] {
  const names = unitFolders.flatMap((folder) => {
    const paths = files.list(`${folder}/*.${type}`);
    return 'failure' in paths ? [] : paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  });
  return [...new Set(names)].sort();
}

export function unitLines(source: ConfigSource): readonly UnitLine[] {
  const lines: UnitLine[] = [];
  let section = '';
  for (let line = 1; line <= source.lines.length; line++) {
    const begin = line;
    let text = source.lines[line - 1] ?? '';
    if (/^\s*[#;]/.test(text)) continue;
    while (/\\\r?$/.test(text) && line < source.lines.length) {
      text = text.replace(/\\\r?$/, ' ') + (source.lines[line++] ?? '');
    }
    const header = /^\s*\[(.+)\]\s*$/.exec(text)?.[1];
    if (header !== undefined) section = header;
    const [, key, value = ''] = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
    if (key !== undefined) lines.push({ source, line: begin, lastLine: line, section, key, value });
  }
  return lines;
}

/** The words of ExecStart= of the service a cgroup belongs to; undefined when a variable, a quote or a second command makes it unsure. */
export function execStartOf(files: ConfigFiles, cgroup: string): readonly string[] | undefined {
  const unit = unitOfCgroup(cgroup);
  const lines = unit === undefined ? [] : unitSources(files, unit).flatMap(unitLines);
  let commands: string[] = [];
  for (const { section, key, value } of lines) {
    if (section !== 'Service' || key !== 'ExecStart') continue;
    commands = value === '' ? [] : [...commands, value];
  }
  const [command, second] = commands;
  if (command === undefined || second !== undefined || /["'\\$%]/.test(command)) return undefined;
  return command.replace(/^[-@:+!|]*/, '').split(/\s+/);
}

function fileOfUnit(files: ConfigFiles, unit: string): ConfigSource | undefined {
  for (const folder of unitFolders) {
    const names = [unit, templateOf(unit)].filter((name) => name !== undefined);
    for (const name of names) {
      const source = readIfThere(files, absolutePath(folder, name));
      if (source) return source;
    }
  }
  return undefined;
}

/** "redis-server@cache.service" -> "redis-server@.service". */
function templateOf(unit: string): string | undefined {
  const at = unit.indexOf('@');
  return at < 0 ? undefined : `${unit.slice(0, at + 1)}${unit.slice(unit.lastIndexOf('.'))}`;
}

function templateDropIns(unit: string): string | undefined {
  const template = templateOf(unit);
  return template === undefined ? undefined : `${template}.d`;
}
