import { lighttpd } from '../../tcp/servers/lighttpd.ts';
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
import { absolutePath, folderOf, optionValues, type ServerProcess } from './server-process.ts';
import { type LighttpdStatement, type LighttpdToken, parseLighttpd } from './syntax/lighttpd-syntax.ts';

const usual = 1024;
const usualPort = 80;
const directive = 'server.listen-backlog';
/** Debian's configuration runs these two: one opens [::] beside the port, one lists MIME types. */
const harmlessCommand = /^\/usr\/share\/lighttpd\/(use-ipv6|create-mime\.conf)\.pl$/;
const opensIpv6 = '/usr/share/lighttpd/use-ipv6.pl';

export const lighttpdFinder = defineFinder(lighttpd, ({ process, listener, backlog }, files) => {
  const main = readSource(files, mainFile(process));
  const folder = folderOf(main.file);
  const statements = include(files, parseLighttpd(main), folder, 0);
  const socket = socketBlock(statements, listener);
  const own = socket && lastBacklog(socket.block ?? []);
  const global = lastBacklog(statements);
  if (!socket) refuseOther(statements, listener, main);
  refuseConditional(statements, socket);
  const set = own ?? global;
  const notes =
    own || !hasOtherSockets(statements) ? [] : ['it counts for every socket without a number of its own'];
  if (set) return replaced(set, backlog, notes);
  const port = statements.find((one) => isAssignment(one, 'server.port'));
  const text = `${directive} = ${backlog}`;
  const edit = port ? insertBelow(port.source, lastLineOf(port), text) : append(main, text);
  return { directive, file: edit.file, line: edit.line, present: usual, origin: 'default', edit, notes };
});

function mainFile(process: ServerProcess): string {
  const given = optionValues(process.arguments, '-f').at(-1);
  if (given === undefined) throw new RefusedError('no -f on its command line');
  if (!given.startsWith('/'))
    throw new RefusedError(`-f ${given} counts from the folder it was started in, which it has left`);
  return given;
}

function include(
  files: ConfigFiles,
  statements: readonly LighttpdStatement[],
  folder: string,
  depth: number,
): readonly LighttpdStatement[] {
  return statements.flatMap((statement) => {
    const [word, path, more] = statement.tokens;
    if (statement.block) return [{ ...statement, block: include(files, statement.block, folder, depth) }];
    if (word?.text !== 'include' && word?.text !== 'include_shell') return [statement];
    const place = placeOf(statement);
    if (word.text === 'include_shell') {
      const command = path?.kind === 'string' ? path.text.trim() : '';
      if (!harmlessCommand.test(command))
        throw new RefusedError(`a command decides: include_shell "${command}"`, place);
      return [statement];
    }
    refuseTooDeep(depth, place);
    if (path?.kind !== 'string' || more)
      throw new RefusedError('an expression decides what is included', place);
    const absolute = absolutePath(folder, path.text);
    const sources = hasPattern(absolute)
      ? listSources(files, absolute, place)
      : [readSource(files, absolute, place)];
    return sources.flatMap((one) => include(files, parseLighttpd(one), folder, depth + 1));
  });
}

/** `$SERVER["socket"] == "10.0.0.1:80" { ... }`; two of them for one address are refused by lighttpd. */
function socketBlock(
  statements: readonly LighttpdStatement[],
  listener: ListenerAddress,
): LighttpdStatement | undefined {
  return statements.find((statement) => {
    const condition = socketCondition(statement);
    if (condition === undefined) return false;
    const { host, port } = splitHostPort(condition);
    return port !== undefined && matchListener(listener, { host, port, wildcards: ['0.0.0.0'] }) === 'yes';
  });
}

function socketCondition({ block, tokens }: LighttpdStatement): string | undefined {
  const text = tokens.map((token) => token.text).join(' ');
  const value = tokens.at(-1);
  return block && /^\$SERVER \[ socket \] ==/.test(text) && value?.kind === 'string' ? value.text : undefined;
}

function hasOtherSockets(statements: readonly LighttpdStatement[]): boolean {
  return statements.some((one) => socketCondition(one) !== undefined || isCommand(one, opensIpv6));
}

function refuseOther(
  statements: readonly LighttpdStatement[],
  listener: ListenerAddress,
  main: ConfigSource,
): void {
  const set = assigned(statements, 'server.port');
  if (set && !/^\d+$/.test(set.text))
    throw new RefusedError('an expression decides server.port', { file: main.file });
  const port = Number(set?.text ?? usualPort);
  const bind = assigned(statements, 'server.bind');
  if (bind && bind.kind !== 'string')
    throw new RefusedError('an expression decides server.bind', { file: main.file });
  const host = bind?.text ?? '';
  const ipv6 = assigned(statements, 'server.use-ipv6')?.text === 'enable';
  const match = matchListener(listener, { host, port, wildcards: [ipv6 ? '::' : '0.0.0.0'] });
  const besides =
    listener.address === '::' &&
    listener.port === port &&
    statements.some((one) => isCommand(one, opensIpv6));
  if (match === 'yes' || besides) return;
  throw new RefusedError(`server.port and server.bind do not give ${listenerText(listener)}`, {
    file: main.file,
  });
}

/** Only at the top and in socket blocks it has an effect; an `else`, a condition on something else, or a variable may hide one. */
function refuseConditional(
  statements: readonly LighttpdStatement[],
  socket: LighttpdStatement | undefined,
): void {
  for (const one of statements) {
    if (one === socket || !one.block || socketCondition(one) !== undefined) continue;
    const isGlobal = one.tokens[0]?.text === 'global';
    if (isGlobal && lastBacklog(one.block))
      throw new RefusedError(`${directive} stands inside global { }`, placeOf(one));
  }
}

function lastBacklog(statements: readonly LighttpdStatement[]): LighttpdStatement | undefined {
  return statements.findLast((one) => isAssignment(one, directive));
}

function replaced(set: LighttpdStatement, backlog: number, notes: readonly string[]): BacklogSetting {
  const [, sign, value, more] = set.tokens;
  const plain = value?.kind === 'word' && /^\d+$/.test(value.text) && !more && /^:?=$/.test(sign?.text ?? '');
  if (!value || !plain) throw new RefusedError(`an expression decides ${directive}`, placeOf(set));
  return {
    directive,
    file: set.source.file,
    line: value.span.line,
    present: Number(value.text),
    origin: 'set',
    edit: replaceSpan(set.source, value.span, String(backlog)),
    notes,
  };
}

function assigned(statements: readonly LighttpdStatement[], name: string): LighttpdToken | undefined {
  return statements.findLast((one) => isAssignment(one, name))?.tokens[2];
}

function isAssignment({ tokens, block }: LighttpdStatement, name: string): boolean {
  return !block && tokens[0]?.text === name && /^(:|\+)?=$/.test(tokens[1]?.text ?? '');
}

function isCommand({ tokens }: LighttpdStatement, command: string): boolean {
  return tokens[0]?.text === 'include_shell' && tokens[1]?.text.trim() === command;
}

function lastLineOf({ tokens }: LighttpdStatement): number {
  return tokens.at(-1)?.span.line ?? 1;
}

function placeOf({ source, tokens }: LighttpdStatement): Place {
  return { file: source.file, line: tokens[0]?.span.line ?? 1 };
}
