import { formatCount } from '../../base/units.ts';
import type { DefaultBacklog, MeasuredServer, ServerProgram } from '../../tcp/servers/server-program.ts';
import { allFinders } from './all-finders.ts';

/** docs/servers.md: the catalogue for people. */
export function serversPage(servers: readonly ServerProgram[]): string {
  return `# Servers: who chooses the listen backlog, and how to change it

Written by \`UPDATE_DOCS=1 npx vitest run test/tuning/servers/catalogue.test.ts\` from \`src/tcp/servers/\`; a test compares the two.

The limit of an accept queue is the smaller of the number a program passes to listen() and net.core.somaxconn of its network namespace
at that moment. A changed setting therefore counts when the program calls listen() again, and not before. Many programs keep their
sockets when they reload, and do not.

## Measured

Debian's packages (Node.js and Python: builds of their projects) in a network namespace of their own with \`net.core.somaxconn=65535\`: started, the backlog changed in the
configuration, reloaded, and the limit read back from the kernel. \`test/real/backlog-settings.test.ts\` repeats it for nginx, httpd,
HAProxy, Redis, PostgreSQL, MariaDB, rsyslog, lighttpd and PHP-FPM, with IPv4 and IPv6; \`test/real/options.test.ts\` for memcached, gunicorn,
sshd and Node.js, whose number is an option or code. "none" is a program without a reload: it was ended and started again.

| program | version | backlog unless set | reload | listens again | new value counts |
|---|---|---|---|---|---|
${servers.flatMap(measuredRows).join('\n')}

${servers.flatMap(measuredNotes).join('\n')}

## All of them

Where the last column says yes, \`src/tuning/servers/\` finds the line in the configuration of the running process, also in a container.
It reads through includes, and refuses to edit what a variable, a condition, a command or the command line decides.

| program | backlog unless set | setting | counts after | its line is found |
|---|---|---|---|---|
${servers.map(overviewRow).join('\n')}

${servers.map(section).join('\n')}`;
}

function measuredRows({ title, measured }: ServerProgram): readonly string[] {
  return measured.map(({ version, limit, reload, reloadListens, reloadApplies }) =>
    row(title, version, limit, reload, reloadListens, reloadApplies),
  );
}

function measuredNotes({ title, measured }: ServerProgram): readonly string[] {
  return measured.flatMap(({ version, note }: MeasuredServer) =>
    note === undefined ? [] : [`- ${title} ${version}: ${note}.`],
  );
}

function overviewRow(server: ServerProgram): string {
  const found = allFinders.some((finder) => finder.server === server) ? 'yes' : 'no';
  const { by } = server.takesEffect;
  return row(
    server.title,
    defaultText(server.defaultBacklog),
    server.directive ? `\`${server.directive.name}\`` : 'none',
    by,
    found,
  );
}

function section(server: ServerProgram): string {
  const { directive, configuration, commandLine, takesEffect, check, sources } = server;
  return [
    `## ${server.title}`,
    '',
    `- Backlog unless set: ${defaultText(server.defaultBacklog)}.`,
    directive ? `- Setting: ${code(directive.syntax)}` : '- Setting: none.',
    ...(configuration.length === 0 ? [] : [`- Where: ${places(configuration).join(', ')}`]),
    ...commandLine.map((text) => `- Command line: ${text}`),
    `- Counts after: ${takesEffect.command}; ${takesEffect.because}.`,
    'command' in check ? `- Check: ${code(check.command)}` : `- Check: ${check.none}.`,
    `- Recognised by: ${marks(server)}`,
    `- Source: ${sources.join('; ')}`,
    '',
  ].join('\n');
}

function defaultText(backlog: DefaultBacklog): string {
  switch (backlog.kind) {
    case 'fixed':
      return `${formatCount(backlog.connections)}${backlog.note === undefined ? '' : ` (${backlog.note})`}`;
    case 'somaxconn':
      return `net.core.somaxconn (${backlog.how})`;
    case 'derived':
      return `${backlog.usual === undefined ? '' : `usually ${formatCount(backlog.usual)}: `}${backlog.from}`;
    case 'unknown':
      return `not known (${backlog.because})`;
  }
}

/** Each path once, with all who use it. */
function places(configuration: ServerProgram['configuration']): readonly string[] {
  const paths = [...new Set(configuration.map(({ path }) => path))];
  return paths.map((path) => {
    const who = configuration.filter((one) => one.path === path).map(({ where }) => where);
    return `${code(path)} (${who.join(', ')})`;
  });
}

function marks({ recognise }: ServerProgram): string {
  const { name, commandLine } = recognise;
  const found = [
    ...(name ? [`process name ${code(name.source)}`] : []),
    ...(commandLine ? [`command line ${code(commandLine.source)}`] : []),
  ];
  return found.join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
