import { postgresql } from '../../tcp/servers/postgresql.ts';
import { type BacklogSetting, defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { append, replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  listSources,
  type Place,
  readIfThere,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { listenerText } from './listener-match.ts';
import { absolutePath, folderOf, optionValues, type ServerProcess } from './server-process.ts';
import { type IniLine, iniLines } from './syntax/ini-file.ts';

const rules = { comment: /^#/, trailing: /\s*#/ };
const usualPort = 5432;
/** PG_SOMAXCONN of PostgreSQL 15. */
const most = 10_000;
/** The releases whose sum was measured. */
const summedReleases = ['15'];

/** What PostgreSQL adds up (InitializeMaxBackends()), with the defaults; the 1 is the autovacuum launcher. */
const counted = {
  max_connections: 100,
  autovacuum_max_workers: 3,
  max_worker_processes: 8,
  max_wal_senders: 10,
};

export const postgresqlFinder = defineFinder(postgresql, ({ process, listener, backlog }, files) => {
  const read = readSettings(process, files);
  refuseOther(read.lines, listener, process);
  const present = read.isSummed ? Math.min(most, 2 * backendsOf(read.lines)) : undefined;
  if (read.isSummed && backlog > most)
    throw new RefusedError('PostgreSQL 15 never asks for more than 10,000');
  const others = read.isSummed ? backendsOf(read.lines) - settingValue(read.lines, 'max_connections') : 0;
  const connections = Math.max(1, Math.ceil(backlog / 2) - others);
  const set = last(read.lines, 'max_connections');
  if (set?.source.file.endsWith('/postgresql.auto.conf'))
    throw new RefusedError(`ALTER SYSTEM has set it: ALTER SYSTEM SET max_connections = ${connections}`, {
      file: set.source.file,
      line: set.line,
    });
  const edit = set
    ? replaceSpan(set.source, set.span, String(connections))
    : append(read.main, `max_connections = ${connections}`);
  return {
    directive: 'max_connections',
    file: edit.file,
    line: edit.line,
    ...(present === undefined ? {} : { present }),
    origin: 'computed',
    edit,
    notes: notesFor(connections, read.isSummed),
  };
});

function notesFor(connections: number, isSummed: boolean): BacklogSetting['notes'] {
  return [
    'the backlog is twice the number of server processes PostgreSQL may have; it has no setting of its own',
    `it will let ${connections} clients in at once and set memory aside for them; a connection pool in front of it costs less`,
    ...(isSummed
      ? []
      : ['in this release the sum was not measured: the backlog will be this large or larger']),
  ];
}

interface Settings {
  readonly main: ConfigSource;
  readonly lines: readonly IniLine[];
  readonly isSummed: boolean;
}

function readSettings(process: ServerProcess, files: ConfigFiles): Settings {
  const words = process.arguments;
  const given = optionValues(words, '-c').concat(longOptions(words));
  const wins = [...optionValues(words, '-N'), ...given.filter((text) => /^max[-_]connections=/.test(text))];
  if (wins.length > 0)
    throw new RefusedError(
      `max_connections was given on its command line (${wins.at(-1)}), which wins over files`,
    );
  const folder = optionValues(words, '-D').at(-1) ?? process.environment.PGDATA;
  const named = given.findLast((text) => text.startsWith('config_file='))?.slice('config_file='.length);
  if (folder === undefined && named === undefined)
    throw new RefusedError('neither -D nor PGDATA names its folder');
  // The server's working directory is its data directory.
  const base = absolutePath(process.workingDirectory, folder ?? '.');
  const main = readSource(files, named === undefined ? `${base}/postgresql.conf` : absolutePath(base, named));
  const lines = linesOf(files, main, 0);
  const data = absolutePath(base, last(lines, 'data_directory')?.value ?? '.');
  const altered = readIfThere(files, `${data}/postgresql.auto.conf`);
  const version = readIfThere(files, `${data}/PG_VERSION`)?.text.trim();
  const all = altered ? [...lines, ...linesOf(files, altered, 0)] : lines;
  return { main, lines: all, isSummed: version !== undefined && summedReleases.includes(version) };
}

/** "--max-connections=50" is "-c max_connections=50". */
function longOptions(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(word) ?? [];
    return name === undefined ? [] : [`${name.replaceAll('-', '_')}=${value}`];
  });
}

function linesOf(files: ConfigFiles, source: ConfigSource, depth: number): readonly IniLine[] {
  return iniLines(source, rules).flatMap((line) => {
    const key = line.key?.toLowerCase();
    if (key === undefined)
      throw new RefusedError('a line in brackets', { file: source.file, line: line.line });
    if (!key.startsWith('include')) return [{ ...line, key }];
    const place = { file: source.file, line: line.line };
    refuseTooDeep(depth, place);
    return included(files, key, absolutePath(folderOf(source.file), line.value), place).flatMap((one) =>
      linesOf(files, one, depth + 1),
    );
  });
}

function included(files: ConfigFiles, key: string, path: string, place: Place): readonly ConfigSource[] {
  if (key === 'include_dir') return listSources(files, `${path}/*.conf`, place);
  if (key === 'include_if_exists')
    return [readIfThere(files, path, place)].filter((one) => one !== undefined);
  return [readSource(files, path, place)];
}

function refuseOther(
  lines: readonly IniLine[],
  listener: ListenerAddress,
  { arguments: words }: ServerProcess,
): void {
  const given = optionValues(words, '-c').concat(longOptions(words));
  const onCommandLine = given.findLast((text) => text.startsWith('port='))?.slice('port='.length);
  const port = optionValues(words, '-p').at(-1) ?? onCommandLine ?? last(lines, 'port')?.value ?? usualPort;
  if (Number(port) !== listener.port)
    throw new RefusedError(`its port is ${port}, not that of ${listenerText(listener)}`);
}

function backendsOf(lines: readonly IniLine[]): number {
  return (Object.keys(counted) as (keyof typeof counted)[]).reduce(
    (sum, name) => sum + settingValue(lines, name),
    1,
  );
}

function settingValue(lines: readonly IniLine[], name: keyof typeof counted): number {
  const line = last(lines, name);
  if (line && !/^\d+$/.test(line.value))
    throw new RefusedError(`${name} = ${line.value} is no plain number`, {
      file: line.source.file,
      line: line.line,
    });
  return line ? Number(line.value) : counted[name];
}

function last(lines: readonly IniLine[], name: string): IniLine | undefined {
  return lines.findLast(({ key }) => key === name);
}
