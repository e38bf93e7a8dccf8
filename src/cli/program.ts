import { Command, CommanderError } from 'commander';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { printableLine } from '../report/printable.ts';
import type { CommandResult, HalfopenCommand, ProgramParts } from './command.ts';
import { version } from './version.ts';

/** Each command is loaded when it is asked for, and all of them for the help text: starting must not cost what is not used. */
const commands: Readonly<Record<string, () => Promise<HalfopenCommand>>> = {
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  explain: async () => (await import('./commands/explain.ts')).explainCommand,
  listeners: async () => (await import('./commands/listeners.ts')).listenersCommand,
  sockets: async () => (await import('./commands/sockets.ts')).socketsCommand,
  capture: async () => (await import('./commands/capture.ts')).captureCommand,
  lab: async () => (await import('./commands/lab.ts')).labCommand,
  prove: async () => (await import('./commands/prove.ts')).proveCommand,
  predict: async () => (await import('./commands/predict.ts')).predictCommand,
  tune: async () => (await import('./commands/tune.ts')).tuneCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  schema: async () => (await import('./commands/schema.ts')).schemaCommand,
};

async function commandsFor(argv: readonly string[]): Promise<readonly HalfopenCommand[]> {
  const chosen = commands[argv[2] ?? ''];
  return chosen ? [await chosen()] : Promise.all(Object.values(commands).map((load) => load()));
}

/** Runs what the arguments ask for; resolves to the exit code. Results go to stdout, everything else to stderr. */
export async function runProgram(argv: readonly string[], parts: ProgramParts): Promise<number> {
  leaveQuietlyWhenNobodyReads();
  failWithoutResult();
  let result: CommandResult = { exitCode: exitCodes.clean };
  const program = new Command('halfopen')
    .description('Says why TCP connections to and from this Linux host are refused, dropped, slow or dead.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(halfopen --help shows the commands, halfopen COMMAND --help their options)')
    .configureHelp({ showGlobalOptions: false });
  for (const command of await commandsFor(argv)) {
    const done = (next: CommandResult): void => {
      result = next;
    };
    command.define(program, done, parts);
  }
  for (const command of program.commands) {
    command.exitOverride().showHelpAfterError(`(halfopen ${command.name()} --help shows the options)`);
  }
  try {
    if (argv.length <= 2) {
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    await program.parseAsync([...argv]);
    return result.exitCode;
  } catch (error) {
    return reportFailure(error);
  }
}

function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.usage;
  if (error instanceof HalfopenError) {
    // File names, host names and what a plan says may hold anything.
    const lines = error.message.split('\n').map(printableLine);
    process.stderr.write(`halfopen: ${lines.join('\n')}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `halfopen: this should not have happened; please report it with what you ran.\n${stack}\n`,
  );
  return exitCodes.cannotObserve;
}

/**
 * `halfopen ... | head` closes the pipe early: that is no error and leaves the exit code as it is. A full disk is one. What
 * cannot be told on stderr stays untold.
 */
function leaveQuietlyWhenNobodyReads(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    process.stderr.write(`halfopen: cannot write to standard output: ${error.message}\n`);
    process.exit(exitCodes.cannotObserve);
  });
}

/** Node ends as soon as there is nothing to wait for. Where no result came until then, that must not look like a clean one. */
function failWithoutResult(): void {
  process.once('beforeExit', () => {
    process.exitCode ??= reportFailure(new Error('the program ended without a result'));
  });
}
