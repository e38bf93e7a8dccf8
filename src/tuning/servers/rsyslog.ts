import { rsyslog } from '../../tcp/servers/rsyslog.ts';
import { type BacklogSetting, defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { replaceSpan } from './config-edit.ts';
import {
  type ConfigFiles,
  type ConfigSource,
  hasPattern,
  listSources,
  type Place,
  readSource,
  refuseTooDeep,
} from './config-files.ts';
import { listenerText, matchListener } from './listener-match.ts';
import { absolutePath, optionValues, type ServerProcess } from './server-process.ts';
import { parseRsyslog, type RsyslogObject, type RsyslogParameter } from './syntax/rsyslog-syntax.ts';

/** imtcp of 8.2302: a tenth of maxSessions plus 5. */
const usualSessions = 200;
const imptcpUsual = 5;
const wholeModule = 'it counts for every input of this module';

export const rsyslogFinder = defineFinder(rsyslog, ({ process, listener, backlog }, files) => {
  const objects = include(files, readSource(files, mainFile(process)), 0);
  const input = inputFor(objects, listener);
  if (input.name === '$inputtcpserverrun') {
    if (moduleOf(objects, 'imtcp'))
      throw new RefusedError(
        'beside module(load="imtcp") no setting reaches the old form: write input(type="imtcp" ...)',
        placeOf(input),
      );
    return legacySessions(objects, input, backlog);
  }
  if (input.name === '$inputptcpserverrun')
    throw new RefusedError(
      'the old form of imptcp has no setting for it: write input(type="imptcp" ...)',
      placeOf(input),
    );
  const type = parameter(input, 'type')?.value.toLowerCase() ?? '';
  const module = moduleOf(objects, type);
  const holder = [input, module].find((one) => one && parameter(one, 'socketbacklog'));
  if (holder) return replaced(holder, 'socketBacklog', backlog, (value) => value);
  if (type === 'imptcp') return addedTo(input, 'socketBacklog', backlog, imptcpUsual, 'default', []);
  return sessions(input, module, backlog);
});

function moduleOf(objects: readonly RsyslogObject[], name: string): RsyslogObject | undefined {
  return objects.find((one) => one.name === 'module' && parameter(one, 'load')?.value.toLowerCase() === name);
}

function mainFile(process: ServerProcess): string {
  const given = optionValues(process.arguments, '-f').at(-1);
  return given === undefined ? '/etc/rsyslog.conf' : absolutePath(process.workingDirectory, given);
}

function include(files: ConfigFiles, source: ConfigSource, depth: number): readonly RsyslogObject[] {
  return parseRsyslog(source).flatMap((object) => {
    const isOld = object.name === '$includeconfig';
    if (object.name !== 'include' && !isOld) return [object];
    const place = placeOf(object);
    refuseTooDeep(depth, place);
    const file = parameter(object, 'file');
    if (!isOld && (!file || file.computed))
      throw new RefusedError('a command or a variable decides what is included', place);
    const path = isOld ? object.text : (file?.value ?? '');
    if (!path.startsWith('/') || path.includes('`'))
      throw new RefusedError(`what ${path} means is not known`, place);
    const optional = parameter(object, 'mode')?.value === 'optional';
    const pattern = path.endsWith('/') ? `${path}*` : path;
    const missing = optional && 'failure' in files.read(path);
    if (missing && !hasPattern(pattern)) return [];
    const sources = hasPattern(pattern)
      ? listSources(files, pattern, place)
      : [readSource(files, path, place)];
    return sources.flatMap((one) => include(files, one, depth + 1));
  });
}

function inputFor(objects: readonly RsyslogObject[], listener: ListenerAddress): RsyslogObject {
  let unsure: RsyslogObject | undefined;
  for (const one of objects) {
    const match = matchOf(one, listener);
    if (match === 'yes' && one.nested) throw new RefusedError('the input stands inside { }', placeOf(one));
    if (match === 'yes') return one;
    if (match === 'name') unsure ??= one;
  }
  if (unsure)
    throw new RefusedError('its port or address is a name, a command or a variable', placeOf(unsure));
  throw new RefusedError(`no imtcp or imptcp input for ${listenerText(listener)}`);
}

function matchOf(object: RsyslogObject, listener: ListenerAddress): 'yes' | 'no' | 'name' {
  const wildcards = ['0.0.0.0', '::'];
  if (/^\$inputp?tcpserverrun$/.test(object.name)) {
    if (!/^\d+$/.test(object.text)) return 'name';
    return matchListener(listener, { host: '', port: Number(object.text), wildcards });
  }
  const type = parameter(object, 'type')?.value.toLowerCase() ?? '';
  if (object.name !== 'input' || !/^imp?tcp$/.test(type)) return 'no';
  const port = parameter(object, 'port');
  const address = parameter(object, 'address');
  if (!port || port.computed || !/^\d+$/.test(port.value) || address?.computed) return 'name';
  return matchListener(listener, { host: address?.value ?? '', port: Number(port.value), wildcards });
}

/** imtcp without socketBacklog: only 8.2502 and later know it, and all make the backlog of maxSessions unless told otherwise. */
function sessions(input: RsyslogObject, module: RsyslogObject | undefined, backlog: number): BacklogSetting {
  const notes = [
    'imtcp makes its backlog of maxSessions, which limits its open connections too: a tenth of it, plus 5',
    'rsyslog 8.2502 and later have socketBacklog for it',
  ];
  const holder = [input, module].find((one) => one && parameter(one, 'maxsessions'));
  const needed = sessionsFor(backlog);
  if (holder) {
    const setting = replaced(holder, 'maxSessions', needed, backlogOf);
    return { ...setting, origin: 'computed', notes: [...notes, ...setting.notes] };
  }
  if (!module)
    throw new RefusedError(
      'imtcp is not loaded by module(...), where maxSessions would stand',
      placeOf(input),
    );
  return addedTo(module, 'maxSessions', needed, backlogOf(usualSessions), 'computed', [
    ...notes,
    wholeModule,
  ]);
}

function legacySessions(
  objects: readonly RsyslogObject[],
  input: RsyslogObject,
  backlog: number,
): BacklogSetting {
  const set = objects.findLast(({ name }) => name === '$inputtcpmaxsessions');
  const needed = sessionsFor(backlog);
  const notes = ['imtcp makes its backlog of the number of sessions: a tenth of it, plus 5'];
  const directive = '$InputTCPMaxSessions';
  if (!set)
    return {
      directive,
      file: input.source.file,
      line: input.line,
      present: backlogOf(usualSessions),
      origin: 'computed',
      // Before the input: old directives count for what comes after them.
      edit: {
        file: input.source.file,
        line: input.line,
        before: '',
        after: `${directive} ${needed}`,
        insert: true,
      },
      notes,
    };
  if (!/^\d+$/.test(set.text)) throw new RefusedError(`${set.text} is no number`, placeOf(set));
  return {
    directive,
    ...placeOf(set),
    present: backlogOf(Number(set.text)),
    origin: 'computed',
    edit: replaceSpan(set.source, set.end, String(needed)),
    notes,
  };
}

function backlogOf(sessionCount: number): number {
  return Math.floor(sessionCount / 10) + 5;
}

function sessionsFor(backlog: number): number {
  return Math.max(1, (backlog - 5) * 10);
}

function replaced(
  object: RsyslogObject,
  directive: string,
  value: number,
  present: (value: number) => number,
): BacklogSetting {
  const found = parameter(object, directive.toLowerCase());
  const place = { file: object.source.file, line: found?.span.line ?? object.line };
  if (!found || found.computed || !/^\d+$/.test(found.value))
    throw new RefusedError(`${directive} is no plain number`, place);
  return {
    directive,
    ...place,
    present: present(Number(found.value)),
    origin: 'set',
    edit: replaceSpan(object.source, found.span, String(value)),
    notes: object.name === 'module' ? [wholeModule] : [],
  };
}

function addedTo(
  object: RsyslogObject,
  directive: string,
  value: number,
  present: number,
  origin: BacklogSetting['origin'],
  notes: readonly string[],
): BacklogSetting {
  return {
    directive,
    file: object.source.file,
    line: object.end.line,
    present,
    origin,
    edit: replaceSpan(object.source, object.end, ` ${directive}="${value}"`),
    notes,
  };
}

function parameter(object: RsyslogObject, name: string): RsyslogParameter | undefined {
  return object.parameters.find((one) => one.name === name);
}

function placeOf(object: RsyslogObject): Place {
  return { file: object.source.file, line: object.line };
}
