import { describe, expect, it } from 'vitest';
import { findingIds } from '../../src/tcp/finding.ts';
import { runProgram } from './start-program.ts';

/** Arguments nobody can mean, and the words that tell how to put it right. */
const refused: readonly (readonly [string, RegExp])[] = [
  ['nonsense', /unknown command 'nonsense'[\s\S]*halfopen --help/],
  ['doctr', /unknown command 'doctr'[\s\S]*doctor/],
  ['--nonsense', /unknown option '--nonsense'/],
  ['doctor --nonsense', /unknown option '--nonsense'[\s\S]*halfopen doctor --help/],
  ['doctor extra', /too many arguments/],
  ['doctor --port', /argument missing/],
  ['doctor --port 0', /--port <port>' argument '0' is invalid.*from 1 to 65535/],
  ['doctor --port 70000', /'70000' is invalid.*from 1 to 65535/],
  ['doctor --port abc', /'abc' is invalid.*from 1 to 65535/],
  ['doctor --port 80,443', /'80,443' is invalid/],
  ['doctor --port -1', /'-1' is invalid/],
  ['doctor --port 0x50', /'0x50' is invalid/],
  [`doctor ${'--port 80 '.repeat(201)}`, /At most 200 ports/],
  ['doctor --for 0s', /'0s' is invalid.*between 100ms and 24h/],
  ['doctor --for 25h', /'25h' is invalid.*between 100ms and 24h/],
  ['doctor --for 5', /'5' is invalid.*500ms, 10s, 2m, 1h/],
  ['doctor --for -1s', /'-1s' is invalid/],
  ['doctor --for=-1s', /'-1s' is invalid/],
  ['doctor --for 10x', /'10x' is invalid/],
  ['doctor --capture sometimes', /Allowed choices are auto, always, never/],
  ['doctor --fail-on never', /Allowed choices are critical, warning, info/],
  ['doctor --json --markdown', /'--json' cannot be used with option '--markdown'/],
  ['doctor --save=', /'--save <file>' argument '' is invalid/],
  ['doctor --from=', /'--from <file>' argument '' is invalid/],
  ['doctor --from x --netns self', /'--from <file>' cannot be used with option '--netns <which>'/],
  ['doctor --from x --for 1s', /cannot be used with option '--for <duration>'/],
  ['doctor --from x --save y', /--redact/],
  ['listeners --netns', /argument missing/],
  ['listeners --by peer', /unknown option '--by'[\s\S]*halfopen listeners --help/],
  ['sockets --by colour', /Allowed choices are state, listener, peer, process/],
  ['sockets --state OPEN', /'OPEN' is invalid.*ESTABLISHED.*LISTEN/],
  ['sockets --port 65536', /'65536' is invalid/],
  ['explain nonsense', new RegExp(`Allowed choices are ${findingIds.join(', ')}`)],
  ['schema', /Usage: halfopen schema/],
  ['schema nonsense', /unknown command 'nonsense'/],
  ['schema report --nonsense', /unknown option '--nonsense'/],
  ['help nonsense', /Usage: halfopen|unknown command/],
];

describe('wrong arguments', () => {
  it.each(refused)('%s: exit 2, nothing on standard output, and what would be right', async (args, words) => {
    const run = await runProgram(args.split(' ').filter((word) => word !== ''));
    expect(run.stderr).toMatch(words);
    expect(run.stdout).toBe('');
    expect(run.exitCode).toBe(2);
    expect(run.stderr).not.toMatch(/\bat \S+ \(|should not have happened/);
  });

  it('no arguments at all: the help, but as an error', async () => {
    const run = await runProgram([]);
    expect(run.stderr).toMatch(
      /^Usage: halfopen [\s\S]*doctor [\s\S]*explain [\s\S]*listeners [\s\S]*sockets [\s\S]*schema /,
    );
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('help', () => {
  it.each(['--help', 'help'])('%s names every command', async (argument) => {
    const run = await runProgram([argument]);
    for (const command of ['doctor', 'explain', 'listeners', 'sockets', 'schema'])
      expect(run.stdout).toContain(`\n  ${command} `);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it.each(['doctor', 'explain', 'listeners', 'sockets', 'schema'])(
    '%s --help gives defaults as they are typed',
    async (command) => {
      const run = await runProgram([command, '--help']);
      expect(run.stdout).toMatch(new RegExp(`^Usage: halfopen ${command} `));
      expect(run.stdout).not.toMatch(/default: (\d+|\[\])\)/);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  it.each(['--version', '-V'])('%s is the version alone', async (argument) => {
    const run = await runProgram([argument]);
    expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('explain', () => {
  it('without an id lists them all with a sentence each', async () => {
    const { stdout, exitCode } = await runProgram(['explain']);
    expect(exitCode).toBe(0);
    expect(stdout.match(/^[a-z-]+(?= {2,}\S)/gm)?.toSorted()).toEqual(findingIds.toSorted());
  });

  it.each(findingIds)('%s is a page of its own', async (id) => {
    const run = await runProgram(['explain', id]);
    expect(run.stderr).toBe('');
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(id);
    expect(run.stdout.length).toBeGreaterThan(500);
    const prose = run.stdout
      .split('\n')
      .filter((line) => !line.startsWith('    ') && !line.trim().startsWith('|'));
    expect(prose.filter((line) => line.length > 100)).toEqual([]);
  });
});

describe('schema report', () => {
  it('is a JSON Schema of draft 2020-12 that knows every finding', async () => {
    const run = await runProgram(['schema', 'report']);
    const schema = JSON.parse(run.stdout);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: expect.arrayContaining([
        'schemaVersion',
        'tool',
        'host',
        'namespaces',
        'findings',
        'unknowns',
      ]),
      properties: { schemaVersion: { const: 1 }, findings: { type: 'array' } },
    });
    expect(JSON.stringify(schema)).toContain(JSON.stringify(findingIds));
    expect(keywordsOf(schema).filter((keyword) => !known.has(keyword))).toEqual([]);
  });
});

/** Keywords of the draft's vocabularies that a validator must know; "additionalItems", "definitions" ... belong to older drafts. */
const known = new Set(
  `$schema $ref $defs $id title description type const enum properties required additionalProperties propertyNames items prefixItems
   anyOf oneOf allOf minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength pattern format default minItems maxItems`.split(
    /\s+/,
  ),
);

/** Every keyword of a schema and of the schemas inside it. */
function keywordsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => [keyword, ...inside(keyword, value)]);
}

function inside(keyword: string, value: unknown): string[] {
  if (['const', 'enum', 'default', 'required', 'type'].includes(keyword)) return [];
  if (['properties', '$defs'].includes(keyword)) return Object.values(value as object).flatMap(keywordsOf);
  return Array.isArray(value) ? value.flatMap(keywordsOf) : keywordsOf(value);
}
