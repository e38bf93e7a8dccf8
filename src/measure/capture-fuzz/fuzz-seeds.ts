import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { captureFile } from './capture-file.ts';
import type { FileForm } from './file-form.ts';
import type { FuzzFrame } from './fuzz-frame.ts';
import { readFrames } from './read-frames.ts';

/** What mutations begin with. */
export interface FuzzSeeds {
  readonly files: readonly Uint8Array[];
  /** The frames of those files that have any, for mutations that leave the file sound. */
  readonly captures: readonly (readonly FuzzFrame[])[];
  /** With gzip and zstd. */
  readonly compressed: readonly Uint8Array[];
}

const whole = 262_144;
/** In a longer capture a few changed frames show nothing more. */
const MOST_FRAMES = 200;
const otherForms: readonly FileForm[] = [
  { format: 'pcap', littleEndian: false, resolution: 'us', snapLength: whole },
  { format: 'pcap', littleEndian: true, resolution: 'ns', snapLength: whole },
  { format: 'pcapng', littleEndian: true, resolution: 'us', snapLength: whole },
  { format: 'pcapng', littleEndian: false, resolution: 'ns', snapLength: 96 },
];

/** Sound captures as they are and in other forms, beside the files of the folder `damaged`. */
export function fuzzSeeds(sound: readonly Uint8Array[], damaged: string): FuzzSeeds {
  const named = readdirSync(damaged).map((name) => ({
    isPlain: /\.pcap(ng)?$/.test(name),
    file: new Uint8Array(readFileSync(path.join(damaged, name))),
  }));
  const captures = sound.map(readFrames);
  const again = captures.flatMap((frames) => otherForms.map((form) => captureFile(frames, form)));
  return {
    files: [...sound, ...again, ...named.flatMap(({ isPlain, file }) => (isPlain ? [file] : []))],
    captures: captures.filter(({ length }) => length <= MOST_FRAMES),
    compressed: [
      ...sound.slice(0, 10).map((file) => new Uint8Array(gzipSync(file))),
      ...named.flatMap(({ isPlain, file }) => (isPlain ? [] : [file])),
    ],
  };
}

/** The crafted captures and the malformed files of the repository at `root`. */
export async function repositorySeeds(root: string): Promise<FuzzSeeds> {
  return fuzzSeeds(await craftedFiles(root), path.join(root, 'fixtures/malformed'));
}

/** They belong to the tests, which are not part of the build. */
async function craftedFiles(root: string): Promise<readonly Uint8Array[]> {
  const out = mkdtempSync(path.join(tmpdir(), 'halfopen-crafted-'));
  try {
    const cases = 'test/capture/craft/all-cases';
    const settings = `--ignoreConfig --target es2023 --module nodenext --rewriteRelativeImportExtensions --skipLibCheck --types node`;
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        'node_modules/typescript/bin/tsc',
        ...settings.split(' '),
        '--rootDir',
        '.',
        '--outDir',
        out,
        `${cases}.ts`,
      ],
      { cwd: root, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`the crafted captures do not compile: ${stdout}`);
    writeFileSync(path.join(out, 'package.json'), '{"type":"module"}');
    const { allCases } = (await import(pathToFileURL(path.join(out, `${cases}.js`)).href)) as {
      readonly allCases: readonly { readonly pcap: Uint8Array }[];
    };
    return allCases.map(({ pcap }) => pcap);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
