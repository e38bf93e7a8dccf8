import { mariadb } from '../../tcp/servers/mariadb.ts';
import { type BacklogSetting, defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { insertBelow, replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  listSources,
  type Place,
  readIfThere,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { canonicalAddress, listenerText } from './listener-match.ts';
import { absolutePath, optionValues, type ServerProcess } from './server-process.ts';
import { type IniLine, iniLines } from './syntax/ini-file.ts';

const rules = { comment: /^[#;]/, trailing: /\s+#/ };
const usualPort = 3306;
const usualConnections = 151;
/** Groups every server reads, and those that only some releases read (mariadbd --help --verbose). */
const group = /^(mysqld|server|mariadb|mariadbd|client-server|galera)$/;
/** MySQL reads these two; a mysqld may still be an older MariaDB, which reads all. */
const groupOfBoth = /^(mysqld|server)$/;
const groupOfRelease = /^(mysqld|mariadb|mariadbd)-\d/;

interface Option extends IniLine {
  readonly name: string;
}

export const mariadbFinder = defineFinder(mariadb, ({ process, listener, backlog }, files) => {
  const lines = optionFiles(process, files).flatMap((source) => linesOf(files, source, '', 0));
  const options = lines.flatMap((line) =>
    line.key === undefined ? [] : [{ ...line, name: nameOf(line.key) }],
  );
  const ours = options.filter(({ section }) => group.test(section));
  refuseUnsure(options, process);
  refuseOther(ours, listener, process);
  const set = ours.findLast(({ name }) => name === 'back_log');
  if (!set) return added(lines, ours, backlog, process);
  if (!/^\d+$/.test(set.value))
    throw new RefusedError(`${set.key} = ${set.value} is no plain number`, placeOf(set));
  return {
    directive: 'back_log',
    ...placeOf(set),
    // 0 stands for the computed number.
    ...(set.value === '0' ? {} : { present: Number(set.value) }),
    origin: 'set',
    edit: replaceSpan(set.source, set.span, String(backlog)),
    notes: [],
  };
});

/** The order in which they are read: the last one counts. */
function optionFiles(process: ServerProcess, files: ConfigFiles): readonly ConfigSource[] {
  const words = process.arguments;
  if (words.includes('--no-defaults'))
    throw new RefusedError('it was started with --no-defaults: no file counts');
  if (
    words.some((word) => word.startsWith('--defaults-group-suffix')) ||
    process.environment.MYSQL_GROUP_SUFFIX
  )
    throw new RefusedError('it was started with a group suffix');
  const option = words.find((word) => /^--(loose[-_])?back[-_]log(=|$)/.test(word));
  if (option !== undefined) throw new RefusedError(`it was started with ${option}, which wins over files`);
  const only = optionValues(words, undefined, '--defaults-file').at(-1);
  if (only !== undefined) return [readSource(files, absolutePath(process.workingDirectory, only))];
  const extra = optionValues(words, undefined, '--defaults-extra-file').map((path) =>
    readSource(files, absolutePath(process.workingDirectory, path)),
  );
  const main = ['/etc/my.cnf', '/etc/mysql/my.cnf'].flatMap((path) => readIfThere(files, path) ?? []);
  const { HOME } = process.environment;
  const home = HOME === undefined ? undefined : readIfThere(files, absolutePath(HOME, '.my.cnf'));
  const found = [...main, ...extra, ...(home ? [home] : [])];
  if (found.length === 0) throw new RefusedError('no /etc/my.cnf and no /etc/mysql/my.cnf');
  // Often one of the two is a link to the other.
  return found.filter((one, index) => found.findIndex(({ file }) => file === one.file) === index);
}

function linesOf(
  files: ConfigFiles,
  source: ConfigSource,
  section: string,
  depth: number,
): readonly IniLine[] {
  return iniLines(source, rules, section).flatMap((line) => {
    if (line.key !== '!include' && line.key !== '!includedir') return [line];
    const place = { file: source.file, line: line.line };
    refuseTooDeep(depth, place);
    return included(files, line, place).flatMap((one) => linesOf(files, one, '', depth + 1));
  });
}

function included(files: ConfigFiles, { key, value }: IniLine, place: Place): readonly ConfigSource[] {
  if (!value.startsWith('/'))
    throw new RefusedError(`${key} ${value} counts from the folder it was started in`, place);
  if (key === '!include') return [readSource(files, value, place)];
  return listSources(files, `${value.replace(/\/+$/, '')}/*.cnf`, place);
}

/** "loose-back-log" and "back_log" are one option. */
function nameOf(key: string): string {
  return key.replaceAll('-', '_').replace(/^loose_/, '');
}

function refuseUnsure(options: readonly Option[], process: ServerProcess): void {
  const isMysql = process.executable.endsWith('/mysqld');
  for (const option of options.filter(({ name }) => name === 'back_log')) {
    if (groupOfRelease.test(option.section))
      throw new RefusedError(
        `back_log stands in [${option.section}], which only one release reads`,
        placeOf(option),
      );
    if (isMysql && group.test(option.section) && !groupOfBoth.test(option.section))
      throw new RefusedError(
        `back_log stands in [${option.section}], which MariaDB reads and MySQL does not`,
        placeOf(option),
      );
  }
}

function refuseOther(ours: readonly Option[], listener: ListenerAddress, process: ServerProcess): void {
  const port = optionValues(process.arguments, '-P', '--port').at(-1) ?? lastValue(ours, 'port') ?? usualPort;
  const bind =
    optionValues(process.arguments, undefined, '--bind-address').at(-1) ?? lastValue(ours, 'bind_address');
  const address = bind === undefined ? undefined : canonicalAddress(bind);
  const wild = ['0.0.0.0', '::'].includes(listener.address);
  const bound =
    address === undefined || address === listener.address || (wild && ['0.0.0.0', '::'].includes(address));
  if (Number(port) !== listener.port || !bound)
    throw new RefusedError(`its port and bind-address do not give ${listenerText(listener)}`);
}

function added(
  lines: readonly IniLine[],
  ours: readonly Option[],
  backlog: number,
  process: ServerProcess,
): BacklogSetting {
  const headers = lines.filter(
    ({ key, section }) => key === undefined && /^(mysqld|mariadbd)$/.test(section),
  );
  const header = headers.at(-1);
  if (!header) throw new RefusedError('no group [mysqld] to put back_log into');
  const connections = Number(lastValue(ours, 'max_connections') ?? usualConnections);
  // MySQL 8 takes max_connections itself, 5.7 and MariaDB this; the file name of the executable does not tell which MySQL it is.
  const present = Math.min(900, 50 + Math.floor(connections / 5));
  const isMariadb = process.executable.endsWith('/mariadbd') && Number.isInteger(connections);
  return {
    directive: 'back_log',
    file: header.source.file,
    line: header.line + 1,
    ...(isMariadb ? { present } : {}),
    origin: 'computed',
    edit: insertBelow(header.source, header.line, `back_log = ${backlog}`),
    notes: [],
  };
}

function lastValue(options: readonly Option[], name: string): string | undefined {
  return options.findLast((option) => option.name === name)?.value;
}

function placeOf(option: Option): Place {
  return { file: option.source.file, line: option.line };
}
