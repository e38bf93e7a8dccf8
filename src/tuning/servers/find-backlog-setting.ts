import { serverOf } from '../../tcp/servers/recognise-server.ts';
import type { ServerProgram } from '../../tcp/servers/server-program.ts';
import { allFinders } from './all-finders.ts';
import type { BacklogAnswer, BacklogQuestion } from './backlog-setting.ts';
import type { ConfigFiles } from './config-files.ts';
import { systemdSocketFinder } from './systemd-socket.ts';

export interface FoundSetting {
  /** What the process runs; absent when it is not in the catalogue. */
  readonly server?: ServerProgram;
  readonly answer: BacklogAnswer;
}

/** A socket that systemd has opened for a service has its limit from the socket unit, whatever the service's own configuration says. */
export function findBacklogSetting(question: BacklogQuestion, files: ConfigFiles): FoundSetting {
  const unit = systemdSocketFinder.find(question, files);
  if (!('refused' in unit)) return { server: systemdSocketFinder.server, answer: unit };
  const { name, arguments: words } = question.process;
  const server = serverOf({ name, commandLine: words.join(' ') });
  if (!server)
    return { answer: { refused: `${name} is not known here: its own manual names its backlog setting` } };
  const finder = allFinders.find((one) => one.server === server);
  if (finder) return { server, answer: finder.find(question, files) };
  const why = server.directive
    ? `how ${server.title} is configured is not read here; its setting: ${server.directive.syntax}`
    : server.advice(question.backlog);
  return { server, answer: { refused: why } };
}
