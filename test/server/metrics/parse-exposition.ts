/** Reads Prometheus' and OpenMetrics' text by their grammar; throws with the line where it is broken. */

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy;

export function parseExposition(
  text: string,
  format: 'prometheus' | 'openmetrics',
): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  let lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (format === 'openmetrics') {
    if (lines.pop() !== '# EOF') throw new Error('no # EOF at the end');
  } else lines = lines.filter((line) => line !== '');
  let current: ParsedFamily | undefined;
  let help: { readonly name: string; readonly text: string } | undefined;
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') help = { name, text: rest };
    else if (keyword === 'TYPE') {
      if (help?.name !== name) throw new Error(`no help: ${line}`);
      if (families.has(name)) throw new Error(`twice: ${line}`);
      current = { name, type: rest, help: help.text, samples: [] };
      families.set(name, current);
    } else current = addSample(current, line, format);
  }
  return families;
}

function addSample(family: ParsedFamily | undefined, line: string, format: string): ParsedFamily {
  const [, name = '', labelText = '', value = ''] = sampleLine.exec(line) ?? [];
  if (family === undefined || name === '') throw new Error(`not a sample: ${line}`);
  const expected =
    format === 'openmetrics' && family.type === 'counter' ? `${family.name}_total` : family.name;
  if (name !== expected) throw new Error(`${name} among the samples of ${family.name}`);
  const sample = { name, labels: parseLabels(labelText, line), value: Number(value) };
  if (Number.isNaN(sample.value)) throw new Error(`not a number: ${line}`);
  const key = JSON.stringify(Object.entries(sample.labels).sort());
  if (family.samples.some(({ labels }) => JSON.stringify(Object.entries(labels).sort()) === key))
    throw new Error(`twice: ${line}`);
  family.samples.push(sample);
  return family;
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  let end = 0;
  for (let match = label.exec(text); match !== null; match = label.exec(text)) {
    const [, name = '', value = ''] = match;
    if (name in labels) throw new Error(`label ${name} twice: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    end = label.lastIndex;
  }
  if (end !== text.length) throw new Error(`labels: ${line}`);
  return labels;
}
