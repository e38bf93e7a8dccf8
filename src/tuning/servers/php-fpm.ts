import { phpFpm } from '../../tcp/servers/php-fpm.ts';
import { defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { insertBelow, replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  hasPattern,
  listSources,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { listenerText, matchListener, splitHostPort } from './listener-match.ts';
import { absolutePath, optionValues, type ServerProcess } from './server-process.ts';
import { type IniLine, iniLines } from './syntax/ini-file.ts';

const rules = { comment: /^[;#]/, trailing: /\s*;/ };

/** What relative includes count from unless -p was given: Debian and Red Hat, and the images of the project. */
const prefixes: readonly (readonly [RegExp, string])[] = [
  [/^\/usr\/sbin\/php-fpm[\d.]*$/, '/usr'],
  [/^\/usr\/local\/sbin\/php-fpm$/, '/usr/local'],
];

export const phpFpmFinder = defineFinder(phpFpm, ({ process, listener, backlog }, files) => {
  const prefix = prefixes.find(([executable]) => executable.test(process.executable))?.[1];
  const lines = linesOf(files, readSource(files, mainFile(process)), '', prefix);
  const listen = listenFor(lines, listener);
  const pool = lines.filter(({ section }) => section === listen.section);
  const set = pool.findLast(({ key }) => key === 'listen.backlog');
  if (!set)
    return {
      directive: 'listen.backlog',
      file: listen.source.file,
      line: listen.line + 1,
      present: Number.POSITIVE_INFINITY,
      origin: 'default',
      edit: insertBelow(listen.source, listen.line, `listen.backlog = ${backlog}`),
      notes: ['unless set it asks for as much as net.core.somaxconn allows: a number can only lower that'],
    };
  if (!/^-?\d+$/.test(set.value))
    throw new RefusedError(`listen.backlog = ${set.value} is no number`, {
      file: set.source.file,
      line: set.line,
    });
  return {
    directive: 'listen.backlog',
    file: set.source.file,
    line: set.line,
    present: Number(set.value) < 0 ? Number.POSITIVE_INFINITY : Number(set.value),
    origin: 'set',
    edit: replaceSpan(set.source, set.span, String(backlog)),
    notes: [],
  };
});

/** The title of the master names the file it has read. */
function mainFile(process: ServerProcess): string {
  const title = process.arguments.join(' ').trim();
  const named = /^php-fpm: master process \((.+)\)$/.exec(title)?.[1];
  if (named !== undefined) return named;
  if (title.startsWith('php-fpm: pool')) throw new RefusedError('its master process was not found');
  const given = optionValues(process.arguments, '-y', '--fpm-config').at(-1);
  if (given === undefined) throw new RefusedError('neither its title nor -y names its configuration');
  return absolutePath(process.workingDirectory, given);
}

/** What is included goes on with the section of the line that includes it. */
function linesOf(
  files: ConfigFiles,
  source: ConfigSource,
  section: string,
  prefix: string | undefined,
  depth = 0,
): readonly IniLine[] {
  return iniLines(source, rules, section).flatMap((line) => {
    if (line.key !== 'include') return [line];
    const place = { file: source.file, line: line.line };
    refuseTooDeep(depth, place);
    if (!line.value.startsWith('/') && prefix === undefined)
      throw new RefusedError(`include=${line.value} counts from a prefix that is compiled in`, place);
    const path = absolutePath(prefix ?? '/', line.value);
    const sources = hasPattern(path) ? listSources(files, path, place) : [readSource(files, path, place)];
    return sources.flatMap((one) => linesOf(files, one, line.section, prefix, depth + 1));
  });
}

function listenFor(lines: readonly IniLine[], listener: ListenerAddress): IniLine {
  const pools = new Map(lines.filter(({ key }) => key === 'listen').map((line) => [line.section, line]));
  let named: IniLine | undefined;
  for (const line of pools.values()) {
    const match = matchOf(line.value, listener);
    if (match === 'yes') return line;
    if (match === 'name') named ??= line;
  }
  if (named)
    throw new RefusedError(`listen = ${named.value} is a name or a variable`, {
      file: named.source.file,
      line: named.line,
    });
  throw new RefusedError(`no pool listens on ${listenerText(listener)}`);
}

function matchOf(text: string, listener: ListenerAddress): 'yes' | 'no' | 'name' {
  if (text.startsWith('/')) return 'no';
  if (text.includes('$')) return 'name';
  const { host, port } = splitHostPort(text);
  return port === undefined ? 'no' : matchListener(listener, { host, port, wildcards: ['::', '0.0.0.0'] });
}
