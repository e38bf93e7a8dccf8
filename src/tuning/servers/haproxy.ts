import { haproxy } from '../../tcp/servers/haproxy.ts';
import { type BacklogQuestion, type BacklogSetting, defineFinder, RefusedError } from './backlog-setting.ts';
import { insertBelow, replaceSpan } from './config-edit.ts';
import { type ConfigFiles, type ConfigSource, listSources, readSource } from './config-files.ts';
import { listenerText, matchListener, splitHostPort } from './listener-match.ts';
import { absolutePath, optionValues, type ServerProcess } from './server-process.ts';
import { type LineWord, type WordRules, wordsOfLine } from './syntax/words.ts';

const rules: WordRules = { comment: /#/, quotes: '"\'', escapes: 'everywhere', commentInWord: true };
/** "bind /path", "unix@", "abns@", "fd@", "sockpair@", UDP: no TCP address of this namespace. */
const otherSocket = /^(\/|unix@|abns@|abnsz@|fd@|sockpair@|rhttp@|udp[46]?@|quic[46]@)/;
const addressPrefix = /^(ipv4@|ipv6@|tcp[46]?@|mptcp[46]?@)/;

/** maxconn of a log-forward section. */
const logForwardUsual = 10;

interface Line {
  readonly source: ConfigSource;
  readonly line: number;
  readonly words: readonly LineWord[];
  /** Inside .if ... .endif. */
  readonly conditional: boolean;
}

interface Section {
  readonly kind: string;
  readonly name?: string;
  readonly header: Line;
  readonly lines: Line[];
  /** Its `defaults`, which may have one in turn. */
  readonly parent?: Section;
}

export const haproxyFinder = defineFinder(haproxy, (question, files) => {
  const sections = sectionsOf(sourcesOf(question.process, files).flatMap(linesOf));
  const { section, bind } = bindFor(question, sections);
  return settingOf(question, sections, section, bind);
});

function sourcesOf(process: ServerProcess, files: ConfigFiles): readonly ConfigSource[] {
  const words = process.arguments;
  const dashes = words.indexOf('--');
  const given = [
    ...optionValues(dashes < 0 ? words : words.slice(0, dashes), '-f'),
    ...(dashes < 0 ? [] : words.slice(dashes + 1)),
  ];
  if (given.length === 0) throw new RefusedError('no -f on its command line');
  const folder = absolutePath(process.workingDirectory, optionValues(words, '-C').at(-1) ?? '.');
  return given.flatMap((path) => {
    const absolute = absolutePath(folder, path);
    const read = files.read(absolute);
    if ('failure' in read && read.failure === 'directory') return listSources(files, `${absolute}/*.cfg`);
    return [readSource(files, absolute)];
  });
}

function linesOf(source: ConfigSource): readonly Line[] {
  let conditions = 0;
  return source.lines.flatMap((_, index) => {
    const line = index + 1;
    const words = wordsOfLine(source, line, rules);
    if (!words) throw new RefusedError('a quote is not closed', { file: source.file, line });
    const first = words[0]?.text;
    if (first === undefined) return [];
    if (first === '.if') conditions++;
    if (first === '.endif') conditions--;
    return first.startsWith('.') ? [] : [{ source, line, words, conditional: conditions > 0 }];
  });
}

const sectionWords =
  /^(global|defaults|frontend|backend|listen|peers|resolvers|mailers|userlist|cache|program|http-errors|ring|log-forward|fcgi-app|crt-store|traces|log-profile|acme|healthcheck)$/;

function sectionsOf(lines: readonly Line[]): readonly Section[] {
  const sections: Section[] = [];
  let defaults: Section | undefined;
  for (const line of lines) {
    const [kind = '', name, from, parentName] = line.words.map(({ text }) => text);
    if (!sectionWords.test(kind)) {
      sections.at(-1)?.lines.push(line);
      continue;
    }
    const named = name === 'from' ? { from: name, parentName: from } : { from, parentName };
    const inherits = kind === 'defaults' || kind === 'log-forward' ? undefined : defaults;
    const parent =
      named.from === 'from'
        ? sections.find((one) => one.kind === 'defaults' && one.name === named.parentName)
        : inherits;
    const section: Section = {
      kind,
      header: line,
      lines: [],
      ...(name === undefined || name === 'from' ? {} : { name }),
      ...(parent ? { parent } : {}),
    };
    if (kind === 'defaults') defaults = section;
    sections.push(section);
  }
  return sections;
}

interface Bind {
  readonly section: Section;
  readonly bind: Line;
}

/** Sections whose bind lines are TCP listeners, each with a backlog and a maxconn of its own. */
const listening = new Set(['frontend', 'listen', 'log-forward']);

/** "bind 10.0.0.1:80,:443-445 ...": several addresses, ports as ranges, environment variables where quotes allow them. */
function bindFor({ listener, process }: BacklogQuestion, sections: readonly Section[]): Bind {
  let named: Line | undefined;
  const found: Bind[] = [];
  const environment = environmentOf(process, sections);
  for (const section of sections.filter(({ kind }) => listening.has(kind))) {
    for (const bind of section.lines.filter(({ words }) => words[0]?.text === 'bind')) {
      const matches = (bind.words[1]?.text ?? '')
        .split(',')
        .map((text) => matchAddress(expanded(text, bind, environment), bind, listener));
      if (matches.includes('yes')) found.push({ section, bind });
      else if (matches.includes('name')) named ??= bind;
    }
  }
  const [first, second] = found;
  if (second)
    throw new RefusedError(
      'two bind lines have this address: each has a socket of its own',
      second.bind && placeOf(second.bind),
    );
  if (!first) {
    if (named)
      throw new RefusedError(
        `bind ${named.words[1]?.text} cannot be told without a resolver or its environment`,
        placeOf(named),
      );
    throw new RefusedError(`no bind line for ${listenerText(listener)}`);
  }
  const conditional = [first.bind, first.section.header].find((line) => line.conditional);
  if (conditional) throw new RefusedError('it stands inside .if ... .endif', placeOf(conditional));
  return first;
}

/** What it was started with; a configuration that changes variables itself leaves them unknown. */
function environmentOf(
  { environment }: ServerProcess,
  sections: readonly Section[],
): ServerProcess['environment'] {
  const changes = /^(setenv|presetenv|unsetenv|resetenv)$/;
  const global = sections.filter(({ kind }) => kind === 'global').flatMap(({ lines }) => lines);
  return global.some(({ words }) => changes.test(words[0]?.text ?? '')) ? {} : environment;
}

function expanded(text: string, bind: Line, environment: ServerProcess['environment']): string {
  if (!bind.words[1]?.expands) return text;
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced, bare) => environment[braced ?? bare] ?? whole,
  );
}

function matchAddress(
  text: string,
  bind: Line,
  listener: BacklogQuestion['listener'],
): 'yes' | 'no' | 'name' {
  if (bind.words[1]?.expands && text.includes('$')) return 'name';
  if (otherSocket.test(text)) return 'no';
  const family = /^(?:ipv|tcp|mptcp)([46])@/.exec(text)?.[1];
  const bare = text.replace(addressPrefix, '');
  const [, first, last] = /:(\d+)-(\d+)$/.exec(bare) ?? [];
  if (first !== undefined && (listener.port < Number(first) || listener.port > Number(last))) return 'no';
  const { host, port } = splitHostPort(
    first === undefined ? bare : bare.replace(/\d+-\d+$/, String(listener.port)),
  );
  if (port === undefined) return 'name';
  return matchListener(listener, { host, port, wildcards: [family === '6' ? '::' : '0.0.0.0'] });
}

function settingOf(
  { backlog, listener }: BacklogQuestion,
  sections: readonly Section[],
  section: Section,
  bind: Line,
): BacklogSetting {
  const own = valueAfter(bind.words, 'backlog');
  const inSection = lastOf(section, 'backlog');
  const present = own
    ? { value: number(own, bind), origin: 'set' as const }
    : (inherited(section, 'backlog') ?? computed(section, sections, bind));
  const notes = listener.family === 'ipv4' ? [] : ['a reload gives IPv6 sockets the new value'];
  if (own)
    return {
      directive: 'bind',
      file: bind.source.file,
      line: bind.line,
      ...asPresent(present),
      edit: replaceSpan(bind.source, own.span, String(backlog)),
      notes,
    };
  const others = section.lines.filter(({ words }) => words[0]?.text === 'bind').length > 1;
  const shared = others || (bind.words[1]?.text ?? '').includes(',');
  const all = shared
    ? [`it counts for every bind line of ${section.kind} ${section.name ?? ''}`.trimEnd()]
    : [];
  const word = inSection?.words[1];
  if (inSection && word)
    return {
      directive: 'backlog',
      file: inSection.source.file,
      line: inSection.line,
      ...asPresent(present),
      edit: replaceSpan(inSection.source, word.span, String(backlog)),
      notes: [...all, ...notes],
    };
  return {
    directive: 'backlog',
    file: bind.source.file,
    line: bind.line + 1,
    ...asPresent(present),
    edit: insertBelow(bind.source, bind.line, `backlog ${backlog}`),
    notes: [...all, ...notes],
  };
}

interface Present {
  readonly value?: number;
  readonly origin: BacklogSetting['origin'];
}

function asPresent({ value, origin }: Present): Pick<BacklogSetting, 'present' | 'origin'> {
  return value === undefined ? { origin } : { present: value, origin };
}

/** The section's own, else its defaults'; 0 counts as not set. */
function inherited(section: Section, keyword: string): Present | undefined {
  for (let one: Section | undefined = section; one; one = one.parent) {
    const line = lastOf(one, keyword);
    const word = line?.words[1];
    const value = line ? number(word, line) : 0;
    if (value > 0) return { value, origin: 'set' };
  }
  return undefined;
}

/** maxconn of the bind line, the frontend, the defaults, global; without any the number comes from the limit of descriptors. */
function computed(section: Section, sections: readonly Section[], bind: Line): Present {
  const own = valueAfter(bind.words, 'maxconn');
  if (own) return { value: number(own, bind), origin: 'computed' };
  if (section.kind === 'log-forward')
    return { value: inherited(section, 'maxconn')?.value ?? logForwardUsual, origin: 'computed' };
  const global = sections.filter(({ kind }) => kind === 'global').toReversed();
  const found =
    inherited(section, 'maxconn') ??
    global.map((one) => inherited(one, 'maxconn')).find((one) => one !== undefined);
  return { ...(found?.value === undefined ? {} : { value: found.value }), origin: 'computed' };
}

function lastOf(section: Section, keyword: string): Line | undefined {
  const line = section.lines.findLast(({ words }) => words[0]?.text === keyword);
  if (line?.conditional) throw new RefusedError(`${keyword} stands inside .if ... .endif`, placeOf(line));
  return line;
}

function valueAfter(words: readonly LineWord[], keyword: string): LineWord | undefined {
  const at = words.findLastIndex(({ text }) => text === keyword);
  return at < 2 ? undefined : words[at + 1];
}

function number(word: LineWord | undefined, line: Line): number {
  if (!word || !/^\d+$/.test(word.text))
    throw new RefusedError(`${line.words[0]?.text} ${word?.text ?? ''} is no number`, placeOf(line));
  return Number(word.text);
}

function placeOf(line: Line): { readonly file: string; readonly line: number } {
  return { file: line.source.file, line: line.line };
}
