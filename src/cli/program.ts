import { Command, CommanderError } from 'commander';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { listenersCommand } from './commands/listeners.ts';
import { schemaCommand } from './commands/schema.ts';
import { socketsCommand } from './commands/sockets.ts';
import type { CommandResult, HalfopenCommand } from './command.ts';
import { version } from './version.ts';

const commands: readonly HalfopenCommand[] = [doctorCommand, explainCommand, listenersCommand, socketsCommand, schemaCommand];

/** Runs what the arguments ask for; resolves to the exit code. Results go to stdout, everything else to stderr. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  leaveQuietlyWhenNobodyReads();
  let result: CommandResult = { exitCode: exitCodes.clean };
  const program = new Command('halfopen')
    .description('Says why TCP connections to and from this Linux host are refused, dropped, slow or dead.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(halfopen --help shows the commands, halfopen COMMAND --help their options)')
    .configureHelp({ showGlobalOptions: false });
  for (const command of commands) {
    command.define(program, (next) => {
      result = next;
    });
  }
  program.commands.forEach((command) => command.exitOverride().showHelpAfterError(true));
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
    process.stderr.write(`halfopen: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`halfopen: this should not have happened; please report it with what you ran.\n${stack}\n`);
  return exitCodes.cannotObserve;
}

/** `halfopen ... | head` closes the pipe early; that is no error. */
function leaveQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.clean : exitCodes.cannotObserve);
  });
}
