import { nginx } from '../../tcp/servers/nginx.ts';
import { type BacklogQuestion, type BacklogSetting, defineFinder, RefusedError } from './backlog-setting.ts';
import { replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  hasPattern,
  listSources,
  type Place,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { listenerText, matchListener, splitHostPort } from './listener-match.ts';
import { absolutePath, folderOf, optionValues, type ServerProcess } from './server-process.ts';
import { type NginxDirective, type NginxWord, parseNginx } from './syntax/nginx-syntax.ts';

const usual = 511;
/** listen parameters that configure the socket: of all lines with one address, one may have any of them ("duplicate listen options"). */
const socketOption =
  /^(bind|(setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=.*|deferred|reuseport)$/;

/** Compiled-in main files by executable: Debian, Red Hat and the images of nginx; builds with their own defaults, which count from the prefix. */
const mainFiles: Readonly<Record<string, { readonly file: string; readonly prefix: string }>> = {
  '/usr/sbin/nginx': { file: '/etc/nginx/nginx.conf', prefix: '/usr/share/nginx' },
  '/usr/local/nginx/sbin/nginx': { file: 'conf/nginx.conf', prefix: '/usr/local/nginx' },
  '/usr/local/openresty/nginx/sbin/nginx': {
    file: 'conf/nginx.conf',
    prefix: '/usr/local/openresty/nginx',
  },
};

export const nginxFinder = defineFinder(nginx, (question, files) => {
  const main = mainFile(question.process);
  const folder = folderOf(main);
  const root = include(files, parseNginx(readSource(files, main)), folder, 0);
  return settingOf(question, serversOf(root));
});

function mainFile(process: ServerProcess): string {
  const words = argumentsOf(process);
  const known = mainFiles[process.executable];
  const given = optionValues(words, '-c').at(-1) ?? known?.file;
  if (given === undefined)
    throw new RefusedError(
      `no -c, and where ${process.executable} looks for its configuration is compiled in`,
    );
  if (given.startsWith('/')) return given;
  const prefix = optionValues(words, '-p').at(-1) ?? known?.prefix;
  if (prefix === undefined) throw new RefusedError(`-c ${given} counts from a prefix that is not known`);
  // The master stays in the folder it was started in.
  return absolutePath(absolutePath(process.workingDirectory, prefix), given);
}

/** The title of a master is its command line in one word; the values of -g may hold spaces, and never an option of their own. */
function argumentsOf(process: ServerProcess): readonly string[] {
  const title = process.arguments.join(' ').trim();
  const master = /^nginx: master process (.*)$/s.exec(title)?.[1];
  if (master !== undefined) return master.split(' ');
  if (title.startsWith('nginx: worker process')) throw new RefusedError('its master process was not found');
  return process.arguments;
}

/** Every include takes the place of its directive; a relative path counts from the folder of the main file. */
function include(
  files: ConfigFiles,
  directives: readonly NginxDirective[],
  folder: string,
  depth: number,
): readonly NginxDirective[] {
  return directives.flatMap((directive) => {
    const { block, source, name, words } = directive;
    if (block) return [{ ...directive, block: include(files, block, folder, depth) }];
    if (name.text !== 'include') return [directive];
    const place: Place = { file: source.file, line: name.span.line };
    refuseTooDeep(depth, place);
    const path = absolutePath(folder, words[0]?.text ?? '');
    const included = hasPattern(path) ? listSources(files, path, place) : [readSource(files, path, place)];
    return included.flatMap((one) => include(files, parseNginx(one), folder, depth + 1));
  });
}

interface Listen {
  readonly directive: NginxDirective;
  readonly address: NginxWord;
  readonly options: readonly NginxWord[];
}

function serversOf(root: readonly NginxDirective[]): readonly NginxDirective[] {
  const outer = root.filter(({ name }) => ['http', 'stream', 'mail'].includes(name.text));
  return outer.flatMap(({ block = [] }) => block.filter(({ name }) => name.text === 'server'));
}

function serverListens({ block = [] }: NginxDirective): readonly Listen[] {
  return block
    .filter(({ name }) => name.text === 'listen')
    .flatMap((directive) => {
      const [address, ...options] = directive.words;
      const other = options.some(({ text }) => text === 'udp' || text === 'quic');
      return address && !other && !address.text.startsWith('unix:') ? [{ directive, address, options }] : [];
    });
}

function settingOf(
  { listener, backlog }: BacklogQuestion,
  servers: readonly NginxDirective[],
): BacklogSetting {
  const listens = servers.flatMap(serverListens);
  const matched = listens.map((listen) => ({ listen, match: matchOf(listen, listener) }));
  const same = matched.filter(({ match }) => match === 'yes').map(({ listen }) => listen);
  const named = matched.find(({ match }) => match === 'name')?.listen;
  const options = same.filter((listen) => listen.options.some(({ text }) => socketOption.test(text)));
  const chosen = options[0] ?? same.find((listen) => !isRepeated(listen, same)) ?? same[0];
  if (named && options.length === 0)
    throw new RefusedError(
      `listen ${named.address.text} is a name, which only nginx could resolve`,
      placeOf(named),
    );
  if (!chosen) {
    const silent = servers.find(({ block = [] }) => block.every(({ name }) => name.text !== 'listen'));
    if (silent && listener.address === '0.0.0.0' && listener.port === 80)
      throw new RefusedError(`a server without a listen opens it: give it "listen 80 backlog=${backlog};"`, {
        file: silent.source.file,
        line: silent.name.span.line,
      });
    throw new RefusedError(`no listen directive for ${listenerText(listener)}`);
  }
  if (options.length > 1)
    throw new RefusedError(
      'two listen directives set options of this address, which nginx refuses',
      placeOf(options[1]),
    );
  if (isRepeated(chosen, same))
    throw new RefusedError(
      'several server blocks include this line, and nginx takes options of an address from one only',
      placeOf(chosen),
    );
  return settingAt(chosen, backlog, same);
}

/** One line of a file that several server blocks include. */
function isRepeated(listen: Listen, same: readonly Listen[]): boolean {
  const at = ({ directive: { source, name } }: Listen): string =>
    `${source.file}:${name.span.line}:${name.span.from}`;
  return same.filter((other) => at(other) === at(listen)).length > 1;
}

function settingAt(chosen: Listen, backlog: number, same: readonly Listen[]): BacklogSetting {
  const { directive, options } = chosen;
  const set = options.find(({ text }) => text.startsWith('backlog='));
  const last = directive.words.at(-1) ?? directive.name;
  const { line } = (set ?? last).span;
  const present = set && presentOf(set, chosen);
  const span = set?.span ?? { line, from: last.span.to, to: last.span.to };
  return {
    directive: 'listen',
    file: directive.source.file,
    line,
    present: present ?? usual,
    origin: set ? 'set' : 'default',
    edit: replaceSpan(directive.source, span, `${set ? '' : ' '}backlog=${backlog}`),
    notes: [
      ...(same.length > 1
        ? [`${same.length} server blocks share the address; one line sets it for all`]
        : []),
      ...(portRange(chosen) ? [`the line opens all ports of ${chosen.address.text}`] : []),
    ],
  };
}

function presentOf(word: NginxWord, listen: Listen): number {
  const value = /^backlog=(\d+)$/.exec(word.text)?.[1];
  if (value === undefined) throw new RefusedError(`${word.text} is no number`, placeOf(listen));
  return Number(value);
}

function matchOf(listen: Listen, listener: BacklogQuestion['listener']): 'yes' | 'no' | 'name' {
  const range = portRange(listen);
  const text = range ? listen.address.text.replace(/\d+-\d+$/, String(listener.port)) : listen.address.text;
  if (range && (listener.port < range.first || listener.port > range.last)) return 'no';
  const { host, port = 80 } = splitHostPort(text);
  return matchListener(listener, { host, port, wildcards: ['0.0.0.0'] });
}

function portRange({ address }: Listen): { readonly first: number; readonly last: number } | undefined {
  const [, first, last] = /(?:^|:)(\d+)-(\d+)$/.exec(address.text) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

function placeOf(listen: Listen | undefined): Partial<Place> {
  return listen ? { file: listen.directive.source.file, line: listen.directive.name.span.line } : {};
}
