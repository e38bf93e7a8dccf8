import type { LabCheck } from '../../tcp/lab-run.ts';
import { type FidelityResult, holds } from './fidelity-row.ts';

export interface FidelityFacts {
  readonly kernelRelease: string;
  readonly seed: number;
  readonly jobs: number;
  readonly cores: number;
}

/** docs/fidelity.md: every prediction beside its measurement, a table for each part of the kernel's behaviour. */
export function fidelityPage(results: readonly FidelityResult[], facts: FidelityFacts): string {
  const checks = results.flatMap((result) => result.checks);
  const held = results.filter(holds).length;
  const tables = [...new Set(results.map(({ row }) => row.table))];
  return `# Fidelity: what the model predicted, what this kernel did

Made by \`npm run fidelity -- --seed ${facts.seed} --jobs ${facts.jobs} --write docs/fidelity.md\` on Linux ${facts.kernelRelease}, ${facts.cores} cores.

${held} of ${results.length} rows hold, ${checks.filter(({ ok }) => ok).length} of ${checks.length} comparisons. A row is one situation in network
namespaces of its own; its prediction is made before anything happens, by the same functions as \`halfopen predict\`.

- A time holds when it lies between the nominal time and the nominal time plus the rounding of the kernel's timer wheel (late, never
  early), plus 20 ms for this machine. Packet times are the kernel's own stamps.
- Counters, queue limits, numbers of segments and errors must be exact; a range stands there with its reason.
- What the kernel shows elsewhere of the same events (tracepoints, /proc beside sock_diag) is no prediction of the model and has no rows.
- ${facts.jobs} rows are played side by side. One that fails is played once more alone; those are marked *. ${again(results)}

${summary(results, tables)}
${tables.map((table) => section(table, results)).join('\n')}`;
}

function again(results: readonly FidelityResult[]): string {
  const played = results.filter((result) => result.again).length;
  return played === 0 ? 'None had to be.' : `${played} had to be.`;
}

function summary(results: readonly FidelityResult[], tables: readonly string[]): string {
  const lines = tables.map((table) => {
    const own = results.filter(({ row }) => row.table === table);
    const checks = own.flatMap((result) => result.checks);
    const ok = checks.filter((check) => check.ok).length;
    return `| ${table} | ${own.filter(holds).length} of ${own.length} | ${ok} of ${checks.length} |`;
  });
  return ['| table | rows that hold | comparisons |', '|---|---|---|', ...lines, ''].join('\n');
}

function section(table: string, results: readonly FidelityResult[]): string {
  const rows = results.filter(({ row }) => row.table === table).map(tableRow);
  return [`## ${table}`, '', '| | situation | predicted | measured |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function tableRow(result: FidelityResult): string {
  const { row, checks } = result;
  const sign = `${holds(result) ? 'ok' : '**not**'}${result.again ? ' *' : ''}`;
  const situation = `${[row.scenario.name, ...row.set].join(' ')}, ${row.family === 'ipv4' ? 'IPv4' : 'IPv6'}`;
  const groups = groupTimelines(checks);
  const reasons = result.incompleteBecause.join('; ');
  const predicted = groups.map(({ name, of }) => `${name} ${of.map(predictedText).join(' ')}`).join('; ');
  const measured = groups.map(({ name, of }) => `${name} ${of.map(measuredText).join(' ')}`).join('; ');
  return `| ${sign} | ${cell(situation)} | ${cell(predicted)} | ${cell(reasons || measured)} |`;
}

interface Group {
  readonly name: string;
  readonly of: readonly LabCheck[];
}

/** "SYN 1", "SYN 2" ... become one group "SYN (s)" with a list of times. */
function groupTimelines(checks: readonly LabCheck[]): readonly Group[] {
  const groups: { name: string; of: LabCheck[] }[] = [];
  for (const check of checks) {
    const name = `${check.name.replace(/ \d+$/, '')}${check.unit === 'ms' ? ' (s)' : ''}`;
    const last = groups.at(-1);
    if (last?.name === name) last.of.push(check);
    else groups.push({ name, of: [check] });
  }
  return groups;
}

function predictedText({ predicted, unit }: LabCheck): string {
  return unit === 'ms' ? secondsIn(String(predicted)) : String(predicted);
}

function measuredText({ measured, unit, ok }: LabCheck): string {
  const text = unit === 'ms' ? secondsIn(String(measured)) : String(measured);
  return ok ? text : `**${text}**`;
}

/** "1000 to 1032" in ms becomes "1.000-1.032" in s. */
function secondsIn(text: string): string {
  return text.replace(/-?\d+(\.\d+)?/g, (number) => (Number(number) / 1000).toFixed(3)).replace(' to ', '-');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
