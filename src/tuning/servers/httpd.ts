import { httpd } from '../../tcp/servers/httpd.ts';
import { type BacklogSetting, defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { append, insertBelow, replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  hasPattern,
  listSources,
  type Place,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { listenerText, matchListener, splitHostPort } from './listener-match.ts';
import { absolutePath, optionValues, type ServerProcess } from './server-process.ts';
import { type LineWord, type WordRules, wordsOfLine } from './syntax/words.ts';

const usual = 511;
const rules: WordRules = { comment: /(?!)/, quotes: '"\'', escapes: 'quoted', commentInWord: false };

/** HTTPD_ROOT and SERVER_CONFIG_FILE as compiled in (`apache2 -V`), by executable. */
const compiledIn: Readonly<Record<string, { readonly root: string; readonly file: string }>> = {
  '/usr/sbin/apache2': { root: '/etc/apache2', file: 'apache2.conf' },
  '/usr/sbin/httpd': { root: '/etc/httpd', file: 'conf/httpd.conf' },
  '/usr/local/apache2/bin/httpd': { root: '/usr/local/apache2', file: 'conf/httpd.conf' },
};

interface Directive {
  readonly source: ConfigSource;
  readonly line: number;
  readonly name: string;
  readonly words: readonly LineWord[];
  /** Inside <IfModule>, <IfDefine>, <IfVersion>, <IfFile> or <If>. */
  readonly conditional: boolean;
}

export const httpdFinder = defineFinder(httpd, (question, files) => {
  const { root, file } = mainFile(question.process);
  const main = readSource(files, file);
  const reader = new Reader(files, root);
  reader.read(main, false, 0);
  return settingOf(question.listener, question.backlog, main, reader.directives);
});

function mainFile({ arguments: words, executable }: ServerProcess): {
  readonly root: string;
  readonly file: string;
} {
  const text = optionValues(words, '-c')
    .concat(optionValues(words, '-C'))
    .find((one) => /listenbacklog/i.test(one));
  if (text !== undefined) throw new RefusedError(`its command line has -c "${text}"`);
  const known = compiledIn[executable];
  const root = optionValues(words, '-d').at(-1) ?? known?.root;
  const file = optionValues(words, '-f').at(-1) ?? known?.file;
  if (file === undefined)
    throw new RefusedError(`no -f, and where ${executable} looks for its configuration is compiled in`);
  if (!file.startsWith('/') && root === undefined)
    throw new RefusedError(`-f ${file} counts from a server root that is not known`);
  return { root: root ?? '/', file: absolutePath(root ?? '/', file) };
}

/** Only what stands outside of sections, or in conditional ones: ListenBacklog and Listen are refused in all others. */
class Reader {
  readonly directives: Directive[] = [];
  readonly #files: ConfigFiles;
  #root: string;

  constructor(files: ConfigFiles, root: string) {
    this.#files = files;
    this.#root = root;
  }

  read(source: ConfigSource, conditional: boolean, depth: number): void {
    const sections: string[] = [];
    for (let line = 1; line <= source.lines.length; line++) {
      const place = { file: source.file, line };
      const words = wordsOfLine(source, line, rules);
      const first = words?.[0]?.text ?? source.lines[line - 1]?.trim().split(/\s/)[0] ?? '';
      const continued = /\\\r?$/.test(source.lines[line - 1] ?? '');
      // A directive of several lines: its first line names it. Comments go on in the same way (ap_cfg_getline()).
      while (/\\\r?$/.test(source.lines[line - 1] ?? '') && line < source.lines.length) line++;
      const name = first.toLowerCase();
      if (name === '' || name.startsWith('#')) continue;
      if (name.startsWith('</')) sections.pop();
      else if (name.startsWith('<')) sections.push(name.slice(1).replace(/>.*$/, ''));
      else if (name === 'listenbacklog' && sections.includes('macro'))
        throw new RefusedError(`${first} stands inside <Macro>`, place);
      else if (sections.every((section) => section.startsWith('if'))) {
        const inside = conditional || sections.length > 0;
        const isOurs = ['listenbacklog', 'listen', 'include', 'includeoptional', 'serverroot'].includes(name);
        if (isOurs && (continued || !words))
          throw new RefusedError(`${first} goes over several lines or has an open quote`, place);
        if (words)
          this.#take({ source, line: place.line, name, words: words.slice(1), conditional: inside }, depth);
      }
    }
  }

  #take(directive: Directive, depth: number): void {
    const { name, words, source, line, conditional } = directive;
    const place = { file: source.file, line };
    const value = words[0]?.text ?? '';
    if (name === 'serverroot') this.#root = value;
    else if (name === 'include' || name === 'includeoptional')
      this.#include(value, name, place, conditional, depth);
    else this.directives.push(directive);
  }

  #include(value: string, name: string, place: Place, conditional: boolean, depth: number): void {
    refuseTooDeep(depth, place);
    if (value.includes('$')) throw new RefusedError(`a variable decides what ${name} ${value} reads`, place);
    const path = absolutePath(this.#root, value);
    const read = this.#files.read(path);
    if ('failure' in read && read.failure === 'directory')
      throw new RefusedError(`${name} of a whole folder`, place);
    if ('failure' in read && read.failure === 'missing' && name === 'includeoptional' && !hasPattern(path))
      return;
    const sources = hasPattern(path)
      ? listSources(this.#files, path, place)
      : [readSource(this.#files, path, place)];
    for (const source of sources) this.read(source, conditional, depth + 1);
  }
}

function settingOf(
  listener: ListenerAddress,
  backlog: number,
  main: ConfigSource,
  directives: readonly Directive[],
): BacklogSetting {
  const listens = directives.filter(({ name }) => name === 'listen');
  // Its ListenBacklog counts for every Listen: a name or a variable need not be told.
  if (listens.every((listen) => matchOf(listen, listener) === 'no'))
    throw new RefusedError(`no Listen for ${listenerText(listener)}`, { file: main.file });
  const all = directives.filter(({ name }) => name === 'listenbacklog');
  const conditional = all.find((one) => one.conditional);
  if (conditional)
    throw new RefusedError('ListenBacklog stands inside a conditional section', placeOf(conditional));
  const notes = listens.length > 1 ? ['it counts for every Listen of this httpd'] : [];
  const last = all.at(-1);
  if (!last) return added(backlog, main, listens, notes);
  const [word] = last.words;
  if (!word || !/^\d+$/.test(word.text))
    throw new RefusedError(`ListenBacklog ${word?.text ?? ''} is no number`, placeOf(last));
  return {
    directive: 'ListenBacklog',
    ...placeOf(last),
    present: Number(word.text),
    origin: 'set',
    edit: replaceSpan(last.source, word.span, String(backlog)),
    notes,
  };
}

/** Beside the first Listen that always counts, else at the end of the main file. */
function added(
  backlog: number,
  main: ConfigSource,
  listens: readonly Directive[],
  notes: readonly string[],
): BacklogSetting {
  const beside = listens.find((listen) => !listen.conditional);
  const text = `ListenBacklog ${backlog}`;
  const edit = beside ? insertBelow(beside.source, beside.line, text) : append(main, text);
  return {
    directive: 'ListenBacklog',
    file: edit.file,
    line: edit.line,
    present: usual,
    origin: 'default',
    edit,
    notes,
  };
}

/** "Listen 80" opens [::] where there is IPv6, which takes IPv4 as well, else 0.0.0.0. */
function matchOf(listen: Directive, listener: ListenerAddress): 'yes' | 'no' | 'name' {
  const text = listen.words[0]?.text ?? '';
  if (text.includes('$')) return 'name';
  const { host, port } = splitHostPort(text);
  return port === undefined ? 'no' : matchListener(listener, { host, port, wildcards: ['0.0.0.0', '::'] });
}

function placeOf(directive: Directive): Place {
  return { file: directive.source.file, line: directive.line };
}
