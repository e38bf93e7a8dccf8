import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { checkFile } from './capture-fuzz/check-file.ts';
import { checkReport } from './capture-fuzz/check-report.ts';
import { type FuzzInput, fuzzInput } from './capture-fuzz/fuzz-input.ts';
import { type FuzzOptions, fuzzUsage, readFuzzOptions } from './capture-fuzz/fuzz-options.ts';
import { repositorySeeds } from './capture-fuzz/fuzz-seeds.ts';
import { minimise } from './capture-fuzz/minimise.ts';
import type { Violation } from './capture-fuzz/violation.ts';

/** Of one kind, so many are written down. */
const MOST_KEPT = 3;
const SAY_EVERY = 20_000;
/** Making inputs between engines, each of which reserves megabytes, is several times slower: memory is reclaimed all the time. */
const AT_ONCE = 500;
const scratch = path.join(tmpdir(), `halfopen-fuzz-${process.pid}.pcap`);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    return await run(readFuzzOptions(argv));
  } catch (error) {
    if (error instanceof HalfopenError || error instanceof TypeError) {
      process.stderr.write(`${error.message}\n${fuzzUsage}`);
      return error instanceof HalfopenError ? error.exitCode : exitCodes.usage;
    }
    throw error;
  }
}

async function run({ seed, inputs, from, minutes, keep }: FuzzOptions): Promise<number> {
  const seeds = await repositorySeeds(process.cwd());
  const began = performance.now();
  const found = new Map<string, number>();
  let bytes = 0;
  let done = 0;
  const seconds = (): number => (performance.now() - began) / 1000;
  const say = (): void => {
    const wrong = [...found.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `seed ${seed}: ${done} inputs from ${from}, ${(bytes / 1e6).toFixed(1)} MB, ${seconds().toFixed(1)} s, ${wrong} wrong, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB\n`,
    );
  };
  while (done < inputs && seconds() < minutes * 60) {
    const first = from + done;
    const length = Math.min(AT_ONCE, inputs - done);
    const made = Array.from({ length }, (_, i) => fuzzInput(seeds, seed, first + i));
    for (const [i, input] of made.entries()) {
      for (const violation of distinct(await checkInput(input))) {
        const before = found.get(violation.check) ?? 0;
        found.set(violation.check, before + 1);
        if (before < MOST_KEPT) await tell(violation, input, `${seed}-${first + i}`, keep);
      }
      bytes += input.file.length;
    }
    done += length;
    if (done % SAY_EVERY === 0) say();
  }
  say();
  for (const [check, count] of found) process.stdout.write(`${count} times: ${check}\n`);
  return found.size === 0 ? exitCodes.clean : exitCodes.findings;
}

/** The whole report takes several times as long as what it is made of, so not each input gets one. */
async function checkInput({ file, choice }: FuzzInput): Promise<readonly Violation[]> {
  const violations = checkFile(file, choice);
  return choice.inReport ? [...violations, ...(await checkReport(file, scratch))] : violations;
}

/** One of each check. */
function distinct(violations: readonly Violation[]): readonly Violation[] {
  return [...new Map(violations.map((violation) => [violation.check, violation])).values()];
}

async function tell(
  { check, detail }: Violation,
  { file, choice }: FuzzInput,
  name: string,
  keep: string | undefined,
): Promise<void> {
  const isStillWrong = async (smaller: Uint8Array): Promise<boolean> =>
    (await checkInput({ file: smaller, choice })).some((violation) => violation.check === check);
  const small = await minimise(file, isStillWrong);
  const again = (await checkInput({ file: small, choice })).find((violation) => violation.check === check);
  process.stdout.write(
    `${name}: ${check}: ${detail}\n  in ${small.length} bytes: ${again?.detail ?? 'no more'}\n`,
  );
  if (keep === undefined) return;
  mkdirSync(keep, { recursive: true });
  const stem = path.join(keep, `${name}-${check.replaceAll(/[^\w-]+/g, '-').slice(0, 60)}`);
  writeFileSync(`${stem}.capture`, file);
  writeFileSync(`${stem}.small.capture`, small);
}
