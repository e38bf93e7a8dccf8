import { fluentd } from '../../tcp/servers/fluentd.ts';
import { defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { insertBelow, replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  hasPattern,
  listSources,
  type Place,
  readIfThere,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { listenerText, matchListener } from './listener-match.ts';
import { absolutePath, folderOf, optionValues, type ServerProcess } from './server-process.ts';

const usual = 1024;
const usualPort = '24224';
const usualBind = '0.0.0.0';

interface Line {
  readonly source: ConfigSource;
  readonly line: number;
  readonly key: string;
  readonly value: string;
  readonly from: number;
}

interface Source {
  readonly head: Line;
  readonly lines: readonly Line[];
}

export const fluentdFinder = defineFinder(fluentd, ({ process, listener, backlog }, files) => {
  const main = mainFile(process, files);
  if (/\.ya?ml$/.test(main.file))
    throw new RefusedError('its configuration is YAML, which is not read here', { file: main.file });
  const source = sourceFor(sourcesOf(linesOf(files, main, 0)), listener);
  const set = source.lines.findLast(({ key }) => key === 'backlog');
  if (!set) {
    const type = source.lines.find(({ key }) => key === '@type' || key === 'type') ?? source.head;
    return {
      directive: 'backlog',
      file: type.source.file,
      line: type.line + 1,
      present: usual,
      origin: 'default',
      edit: insertBelow(type.source, type.line, `backlog ${backlog}`),
      notes: [],
    };
  }
  if (!/^\d+$/.test(set.value))
    throw new RefusedError(`backlog ${set.value} is no plain number`, placeOf(set));
  const span = { line: set.line, from: set.from, to: set.from + set.value.length };
  return {
    directive: 'backlog',
    ...placeOf(set),
    present: Number(set.value),
    origin: 'set',
    edit: replaceSpan(set.source, span, String(backlog)),
    notes: [],
  };
});

/** Without -c and FLUENT_CONF, the one of the packages' files that exists; two would make it a guess. */
function mainFile(process: ServerProcess, files: ConfigFiles): ConfigSource {
  const words = process.arguments;
  if (optionValues(words, '-i', '--inline-config').length > 0)
    throw new RefusedError('it was started with --inline-config, which is added to its file');
  const given = optionValues(words, '-c', '--config').at(-1) ?? process.environment.FLUENT_CONF;
  if (given !== undefined) return readSource(files, absolutePath(process.workingDirectory, given));
  const found = fluentd.configuration.flatMap(({ path }) => readIfThere(files, path) ?? []);
  const [only, second] = found;
  if (!only || second) throw new RefusedError('neither -c nor FLUENT_CONF names its configuration');
  return only;
}

/** v1_parser.rb: a line is a key and the rest; "#" begins a comment where a key could stand, or behind white space. */
function linesOf(files: ConfigFiles, source: ConfigSource, depth: number): readonly Line[] {
  return source.lines.flatMap((text, index) => {
    const [whole = '', key] = /^\s*(\S+)\s*/.exec(text) ?? [];
    if (key === undefined || key.startsWith('#')) return [];
    const value = text
      .slice(whole.length)
      .replace(/(^|\s+)#(?!\{).*$/, '')
      .trimEnd();
    const line = { source, line: index + 1, key, value, from: whole.length };
    if (key !== '@include' && key !== 'include') return [line];
    const place = placeOf(line);
    refuseTooDeep(depth, place);
    if (value.includes('#{') || /^https?:/.test(value))
      throw new RefusedError(`@include ${value} is not a file`, place);
    const path = absolutePath(folderOf(source.file), value);
    const sources = hasPattern(path) ? listSources(files, path, place) : [readSource(files, path, place)];
    return sources.flatMap((one) => linesOf(files, one, depth + 1));
  });
}

/** Lines that stand directly in a <source>, not in a section inside it. A <worker N> around it changes nothing for one socket. */
function sourcesOf(lines: readonly Line[]): readonly Source[] {
  const sources: { head: Line; lines: Line[] }[] = [];
  let depth = 0;
  let current: { head: Line; lines: Line[] } | undefined;
  for (const line of lines) {
    const tag = /^<(\/?)([a-z_]+)/.exec(line.key);
    if (!tag) {
      if (current && depth === 1) current.lines.push(line);
      continue;
    }
    const isSource = tag[2] === 'source';
    if (tag[1] === '/' && current) {
      depth--;
      if (depth === 0) current = undefined;
    } else if (tag[1] === '' && (current || isSource)) {
      if (!current) {
        current = { head: line, lines: [] };
        sources.push(current);
      }
      depth++;
    }
  }
  if (current) throw new RefusedError('a <source> is not closed', placeOf(current.head));
  return sources;
}

function sourceFor(sources: readonly Source[], listener: ListenerAddress): Source {
  let unsure: Source | undefined;
  for (const source of sources) {
    const value = (key: string): string | undefined =>
      source.lines.findLast((line) => line.key === key)?.value;
    if (!['forward', 'secure_forward'].includes(value('@type') ?? value('type') ?? '')) continue;
    const port = value('port') ?? usualPort;
    const host = unquoted(value('bind') ?? usualBind);
    const isNumber = /^\d+$/.test(port);
    const match = isNumber ? matchListener(listener, { host, port: Number(port), wildcards: [] }) : 'name';
    if (match === 'yes') return source;
    if (match === 'name') unsure ??= source;
  }
  if (unsure) throw new RefusedError('its port or bind is a name or embedded Ruby', placeOf(unsure.head));
  throw new RefusedError(`no in_forward source for ${listenerText(listener)}`);
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}

function placeOf(line: Line): Place {
  return { file: line.source.file, line: line.line };
}
