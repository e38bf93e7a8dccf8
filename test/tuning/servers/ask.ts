import { expect } from 'vitest';
import { applyEdit } from '../../../src/tuning/servers/apply-edit.ts';
import type {
  BacklogFinder,
  BacklogQuestion,
  BacklogSetting,
  ListenerAddress,
  Refusal,
} from '../../../src/tuning/servers/backlog-setting.ts';
import { splitHostPort } from '../../../src/tuning/servers/listener-match.ts';
import type { ServerProcess } from '../../../src/tuning/servers/server-process.ts';
import { memoryFiles } from './memory-files.ts';

export interface Situation {
  readonly files: Readonly<Record<string, string>>;
  /** "0.0.0.0:80", "[::]:80". */
  readonly listener: string;
  readonly backlog?: number;
  readonly process?: Partial<ServerProcess>;
}

export const wanted = 4096;

export function aProcess(process: Partial<ServerProcess> = {}): ServerProcess {
  return {
    pid: 812,
    parentPid: 1,
    pidInside: 812,
    name: 'server',
    executable: '/usr/sbin/server',
    arguments: ['server'],
    workingDirectory: '/',
    environment: {},
    cgroup: '/',
    ...process,
  };
}

export function listenerOf(text: string): ListenerAddress {
  const { host, port = 0 } = splitHostPort(text);
  const address = host.replace(/[[\]]/g, '');
  return { family: address.includes(':') ? 'ipv6' : 'ipv4', address, port };
}

function questionOf({ listener, backlog = wanted, process }: Situation): BacklogQuestion {
  return { process: aProcess(process), listener: listenerOf(listener), backlog };
}

export function refusal(finder: BacklogFinder, situation: Situation): Refusal {
  const answer = finder.find(questionOf(situation), memoryFiles(situation.files));
  expect(answer).toHaveProperty('refused');
  return answer as Refusal;
}

export interface Asked {
  readonly setting: BacklogSetting;
  /** "FILE:LINE" of the edit. */
  readonly at: string;
  readonly after: string;
  /** The whole file after the edit. */
  readonly text: string;
}

/**
 * The setting, with two things that hold for every one: the line is really there, and the file that the edit makes gives the
 * number that was asked for, at the same place.
 */
export function setting(finder: BacklogFinder, situation: Situation): Asked {
  const found = finder.find(questionOf(situation), memoryFiles(situation.files));
  if ('refused' in found) throw new Error(`refused: ${JSON.stringify(found)}`);
  const { edit } = found;
  const before = situation.files[edit.file] ?? '';
  if (!edit.insert) expect(before.split('\n')[edit.line - 1]).toBe(edit.before);
  const text = applyEdit(before, edit);
  if (text === undefined) throw new Error('the edit does not fit');
  const again = finder.find(questionOf(situation), memoryFiles({ ...situation.files, [edit.file]: text }));
  expect(again).toMatchObject({
    origin: found.origin === 'computed' ? expect.anything() : 'set',
    file: edit.file,
  });
  if ('refused' in again) throw new Error(again.refused);
  if (again.present !== undefined) expect(again.present).toBeGreaterThanOrEqual(situation.backlog ?? wanted);
  expect(again.edit.after).toBe(edit.create ? again.edit.after : edit.after);
  return { setting: found, at: `${edit.file}:${edit.line}`, after: edit.after, text };
}
