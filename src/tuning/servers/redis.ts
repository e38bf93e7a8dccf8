import { redis } from '../../tcp/servers/redis.ts';
import { type BacklogSetting, defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { append, insertBelow, replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  hasPattern,
  listSources,
  readIfThere,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { canonicalAddress, listenerText } from './listener-match.ts';
import { absolutePath, type ServerProcess } from './server-process.ts';
import { execStartOf } from './syntax/systemd-unit.ts';
import { type LineWord, type WordRules, wordsOfLine } from './syntax/words.ts';

const usual = 511;
const usualPort = 6379;
const rules: WordRules = { comment: /#/, quotes: '"\'', escapes: 'quoted', commentInWord: false };

interface Line {
  readonly source: ConfigSource;
  readonly line: number;
  readonly name: string;
  readonly values: readonly LineWord[];
}

export const redisFinder = defineFinder(redis, ({ process, listener, backlog }, files) => {
  const main = mainFile(process, files);
  const lines = linesOf(files, main, 0);
  refuseOther(lines, listener, main);
  const set = lines.findLast(({ name }) => name === 'tcp-backlog');
  if (!set) return added(lines, main, backlog);
  const [value] = set.values;
  if (!value || !/^\d+$/.test(value.text))
    throw new RefusedError(`tcp-backlog ${value?.text ?? ''} is no number`, {
      file: set.source.file,
      line: set.line,
    });
  return {
    directive: 'tcp-backlog',
    file: set.source.file,
    line: set.line,
    present: Number(value.text),
    origin: 'set',
    edit: replaceSpan(set.source, value.span, String(backlog)),
    notes: ['it counts for every address of this server'],
  };
});

/**
 * Redis writes "redis-server 127.0.0.1:6379" over its command line. The unit that started it tells what it was, else the default
 * files are asked which of them names a pid file with its pid.
 */
function mainFile(process: ServerProcess, files: ConfigFiles): ConfigSource {
  const [title = '', more] = process.arguments;
  const isTitle = more === undefined && /\s/.test(title);
  const started = isTitle ? execStartOf(files, process.cgroup) : process.arguments;
  if (started) return fromArguments(started, process, files);
  const candidates = redis.configuration.map(({ path }) => path);
  for (const path of new Set(candidates)) {
    const source = readIfThere(files, path);
    if (source && ownPidFile(files, source, process)) return source;
  }
  throw new RefusedError(
    'its command line was overwritten by its title, and neither a unit nor a pid file names its configuration',
  );
}

function fromArguments(words: readonly string[], process: ServerProcess, files: ConfigFiles): ConfigSource {
  const at = words.findIndex((word) => /^--tcp-backlog$/i.test(word));
  if (at >= 0)
    throw new RefusedError(
      `it was started with --tcp-backlog ${words[at + 1] ?? ''}, which wins over its file`,
    );
  const [, file] = words;
  if (file === undefined || file === '-' || file.startsWith('-'))
    throw new RefusedError('it was started without a file');
  return readSource(files, absolutePath(process.workingDirectory, file));
}

function ownPidFile(files: ConfigFiles, source: ConfigSource, process: ServerProcess): boolean {
  const named = linesOf(files, source, 0).findLast(({ name }) => name === 'pidfile')?.values[0]?.text;
  if (named === undefined || !named.startsWith('/')) return false;
  return readIfThere(files, named)?.text.trim() === String(process.pidInside);
}

function linesOf(files: ConfigFiles, source: ConfigSource, depth: number): readonly Line[] {
  return source.lines.flatMap((_, index) => {
    const line = index + 1;
    const place = { file: source.file, line };
    const words = wordsOfLine(source, line, rules);
    if (!words) throw new RefusedError('a quote is not closed', place);
    const [first, ...values] = words;
    if (!first) return [];
    const name = first.text.toLowerCase();
    if (name !== 'include') return [{ source, line, name, values }];
    refuseTooDeep(depth, place);
    const path = values[0]?.text ?? '';
    if (!path.startsWith('/'))
      throw new RefusedError(`include ${path} counts from the folder it was started in`, place);
    const sources = hasPattern(path) ? listSources(files, path, place) : [readSource(files, path, place)];
    return sources.flatMap((one) => linesOf(files, one, depth + 1));
  });
}

function refuseOther(lines: readonly Line[], listener: ListenerAddress, main: ConfigSource): void {
  const last = (name: string): Line | undefined => lines.findLast((line) => line.name === name);
  const ports = [
    Number(last('port')?.values[0]?.text ?? usualPort),
    Number(last('tls-port')?.values[0]?.text ?? 0),
  ];
  const bind = last('bind')?.values.map(({ text }) => text.replace(/^-/, '')) ?? ['*', '::*'];
  const bound = bind.some((text) => {
    if (text === '*') return listener.address === '0.0.0.0';
    if (text === '::*') return listener.address === '::';
    const address = canonicalAddress(text);
    return address === undefined || address === listener.address;
  });
  if (!ports.includes(listener.port) || !bound)
    throw new RefusedError(`its port and bind lines do not give ${listenerText(listener)}`, {
      file: main.file,
    });
}

function added(lines: readonly Line[], main: ConfigSource, backlog: number): BacklogSetting {
  const port = lines.findLast(({ name }) => name === 'port');
  const text = `tcp-backlog ${backlog}`;
  const edit = port ? insertBelow(port.source, port.line, text) : append(main, text);
  return {
    directive: 'tcp-backlog',
    file: edit.file,
    line: edit.line,
    present: usual,
    origin: 'default',
    edit,
    notes: ['it counts for every address of this server'],
  };
}
