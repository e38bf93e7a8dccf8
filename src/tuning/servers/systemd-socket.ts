import { systemdSocket } from '../../tcp/servers/systemd-socket.ts';
import { type BacklogSetting, defineFinder, type ListenerAddress, RefusedError } from './backlog-setting.ts';
import { insertBelow, replaceSpan } from './config-edit.ts';
import type { ConfigFiles, ConfigSource, Place } from './config-files.ts';
import { listenerText, matchListener, splitHostPort } from './listener-match.ts';
import { type UnitLine, unitLines, unitNames, unitOfCgroup, unitSources } from './syntax/systemd-unit.ts';

interface SocketUnit {
  readonly name: string;
  readonly sources: readonly ConfigSource[];
  readonly lines: readonly UnitLine[];
}

/** The process is systemd itself, or a service that took the socket over from it. */
export const systemdSocketFinder = defineFinder(systemdSocket, ({ process, listener, backlog }, files) => {
  const service = unitOfCgroup(process.cgroup);
  const isManager = process.name === 'systemd';
  if (!isManager && service === undefined) throw new RefusedError('its control group is that of no service');
  const candidates = socketUnits(files).filter((unit) => isManager || serviceOf(unit) === service);
  const unit = candidates.find((one) => listensOn(one, listener));
  if (!unit) throw new RefusedError(`no socket unit has ListenStream= for ${listenerText(listener)}`);
  return settingOf(unit, backlog);
});

/** Templates are left out: their instances exist for accepted connections only. */
function socketUnits(files: ConfigFiles): readonly SocketUnit[] {
  return unitNames(files, 'socket')
    .filter((name) => !name.includes('@'))
    .map((name) => {
      const sources = unitSources(files, name);
      const lines = sources.flatMap(unitLines).filter(({ section }) => section === 'Socket');
      return { name, sources, lines };
    });
}

/** An empty ListenStream= takes back those before it. Specifiers (%i) and host names match nothing. */
function listensOn({ lines }: SocketUnit, listener: ListenerAddress): boolean {
  let streams: string[] = [];
  for (const { key, value } of lines)
    if (key === 'ListenStream') streams = value === '' ? [] : [...streams, value];
  const wildcards = lastValue(lines, 'BindIPv6Only') === 'ipv6-only' ? ['::'] : ['::', '0.0.0.0'];
  return streams.some((stream) => {
    const { host, port } = splitHostPort(stream);
    return port !== undefined && matchListener(listener, { host, port, wildcards }) === 'yes';
  });
}

function serviceOf({ name, lines }: SocketUnit): string {
  return lastValue(lines, 'Service') ?? name.replace(/\.socket$/, '.service');
}

function settingOf(unit: SocketUnit, backlog: number): BacklogSetting {
  const set = unit.lines.findLast(({ key }) => key === 'Backlog');
  const notes = [
    `systemctl daemon-reload; systemctl stop ${serviceOf(unit)}; systemctl restart ${unit.name}`,
    ...(unit.lines.filter(({ key }) => key === 'ListenStream').length > 1
      ? [`it counts for every socket of ${unit.name}`]
      : []),
  ];
  if (set && (set.lastLine !== set.line || !/^\d+$/.test(set.value)))
    throw new RefusedError(`Backlog=${set.value} is no plain number`, placeOf(set));
  const present = set
    ? { present: Number(set.value), origin: 'set' as const }
    : { present: Number.POSITIVE_INFINITY, origin: 'default' as const };
  const edit = set && isLocal(set.source.file) ? replacedIn(set, backlog) : addedTo(unit, backlog);
  return { directive: 'Backlog=', file: edit.file, line: edit.line, ...present, edit, notes };
}

function replacedIn(set: UnitLine, backlog: number): BacklogSetting['edit'] {
  const text = set.source.lines[set.line - 1] ?? '';
  const from = text.indexOf(set.value, text.indexOf('=') + 1);
  return replaceSpan(set.source, { line: set.line, from, to: from + set.value.length }, String(backlog));
}

/** What a package has shipped is overwritten by its next update: a drop-in is not. */
function addedTo(unit: SocketUnit, backlog: number): BacklogSetting['edit'] {
  const [main] = unit.sources;
  const header = main ? main.lines.findIndex((line) => /^\s*\[Socket\]\s*$/.test(line)) : -1;
  const isOverridden = unit.lines.some(({ key, source }) => key === 'Backlog' && source !== main);
  if (main && header >= 0 && isLocal(main.file) && !isOverridden)
    return insertBelow(main, header + 1, `Backlog=${backlog}`);
  const file = `/etc/systemd/system/${unit.name}.d/zz-backlog.conf`;
  if (unit.sources.some((source) => source.file === file))
    throw new RefusedError('its drop-in does not decide', { file });
  return { file, line: 1, before: '', after: `[Socket]\nBacklog=${backlog}\n`, insert: true, create: true };
}

function isLocal(file: string): boolean {
  return file.startsWith('/etc/systemd/');
}

function lastValue(lines: readonly UnitLine[], name: string): string | undefined {
  const value = lines.findLast(({ key }) => key === name)?.value;
  return value === '' ? undefined : value;
}

function placeOf({ source, line }: UnitLine): Place {
  return { file: source.file, line };
}
