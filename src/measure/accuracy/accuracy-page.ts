import { missText, shareText } from './results-text.ts';
import { type Summary, targets } from './summary.ts';

export interface PageSetting {
  readonly seed: number;
  readonly jobs: number;
  readonly kernel: string;
  readonly cores: number;
}

/** docs/accuracy.md: no date and no name of a machine, so that the same numbers give the same page. */
export function accuracyPage(summary: Summary, setting: PageSetting): string {
  return `${[
    head(setting),
    numbers(summary),
    ...(summary.misses.length > 0 ? [misses(summary, setting)] : ['## Misses\n\nNone.']),
    notStaged(summary),
    kindTable(summary),
    matrix(summary),
    howItIsJudged,
    notCovered,
  ].join('\n\n')}\n`;
}

const head = ({ seed, jobs, kernel, cores }: PageSetting): string => `# How often the doctor is right

Written by \`npm run accuracy -- --seed ${seed} --jobs ${jobs} --write docs/accuracy.md\` on Linux ${kernel} with ${cores} cores. Hosts with
faults chosen at random, and busy ones without, are staged in private network namespaces; the program looks at each without being told
what was done there. The seed decides kinds, ports, backlogs, rates, IP versions, links, background traffic and the moment of the look.`;

function numbers(summary: Summary): string {
  const { faults, doubles, healthy, top, both, falseAlarms, windows, repeated } = summary;
  const looks = windows.map(({ window, hosts, right }) => `${window}: ${right} of ${hosts} right`).join('; ');
  return `| | measured | target |
|---|---|---|
| hosts with one fault whose report is headed by it, cause and subject included | ${shareText(top)} | at least ${targets.top * 100} % |
| hosts with two faults where both are reported, cause and subject included | ${shareText(both)} | at least ${targets.both * 100} % |
| healthy hosts with an alarm (warning or above) | ${falseAlarms.healthy} of ${healthy} | none |
| hosts with a fault and an alarm about something else | ${falseAlarms.faulty} of ${faults} | none |

${faults} hosts with a fault, ${doubles} of them with two, and ${healthy} healthy ones. Windows: ${looks} (users' default is 10 s).
${repeated} hosts stood only at the second or third attempt: the kernel's own counters and sockets, not the doctor, decide whether a fault was there.`;
}

function misses({ misses: missed }: Summary, { seed }: PageSetting): string {
  const shown = missed.map((one) => `\`\`\`\n${missText(one, seed)}\n\`\`\``);
  return `## Misses\n\n${shown.join('\n\n')}`;
}

function notStaged({ notStaged: some }: Summary): string {
  const lines = some.map(
    ({ name, kinds, notStaged: why }) => `- ${name}, ${kinds.join(' and ')}: ${why.at(-1)}`,
  );
  const list = lines.length > 0 ? lines.join('\n') : 'None.';
  return `## Not staged\n\nAfter three attempts the fault could not be confirmed; such hosts do not count.\n\n${list}`;
}

function kindTable({ byKind }: Summary): string {
  const rows = byKind.map(
    ({ kind, right, staged, instead }) => `| ${kind} | ${right} of ${staged} | ${instead.join('; ')} |`,
  );
  return `## By kind\n\nHosts with one fault, and healthy ones.\n\n| staged | first finding right | otherwise first |\n|---|---|---|\n${rows.join('\n')}`;
}

function matrix({ matrix: { rows, columns, count } }: Summary): string {
  const numbered = columns.map((column, n) => `${n + 1} ${column}`).join(' · ');
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `## Confusion matrix

Rows: what was staged. Columns: the first finding: ${numbered}.

${line(['', ...columns.map((_, n) => String(n + 1))])}
${line(['---', ...columns.map(() => '---')])}
${rows.map((row) => line([row, ...columns.map((column) => String(count(row, column) || ''))])).join('\n')}`;
}

const howItIsJudged = `## How it is judged

- **Right** means: the first finding at warning or above is the staged one, with its cause, and with the listener, destination or parameter it
  is about. Faults that are worth a line and no alarm (\`no-keepalive\`, an unused \`tcp_abort_on_overflow\`, orphans in FIN_WAIT2) count when they are there
  as information and nothing alarms.
- **False alarm** means: a finding at warning or above about anything that was not staged. What a fault brings about may be said as well; each
  such consequence is listed with its reason where the fault is defined (\`src/measure/accuracy/faults/\`).
- Trials run side by side with others, so that the watched host competes for the processor, as real ones do.
- \`--trial SEED:F12\` stages one host again; \`--keep FOLDER\` keeps every observation, and \`--judge FOLDER\` judges them with other rules.`;

const notCovered = `## Not covered

- \`orphans-limit\`, \`tcp-memory-pressure\` and \`softnet-drops\`: their limits belong to the whole machine, and reaching them would disturb it. \`nic-drops\`: it needs a
  network card. Each has experiments of its own in \`test/rules/\`.
- Faults that take hours: connections idle for a day, leaks that grow by one a minute. The window is seconds.
- Machines with hundreds of namespaces, kernels other than this one, observers without root.
- Some causes: \`lost-replies\` and \`dead-requests\` of a full SYN queue, \`spurious\` and \`local-drop\` of resends (what this host's own firewall drops was never
  sent, and so is not sent again), \`some-lost\`, \`window-probe-unanswered\`, \`uneven-load\`, \`many-destinations\`, \`port-scan\`, \`other-family-answers\`. See \`test/diagnosis/\`.
- Limits of what can be told: heartbeats of many senders behind one address that are spread evenly over their period are a stream like any
  other; they are reported as \`empty-connections\`, without the period. Attempts that were under way at neither end of the window have no owner.
- Hosts whose programs get no processor: a trial in which one of them waited for more than 30 % of the time, or in which the machine stood
  still for half a second, is staged again, since its servers and clients did not do what they were told.`;
