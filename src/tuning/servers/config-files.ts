import { RefusedError } from './backlog-setting.ts';

/** The file system as one process sees it. Nothing is written through it. */
export interface ConfigFiles {
  /** `path` is absolute; symbolic links are followed inside the process's root. */
  readonly read: (path: string) => ConfigText | ConfigFailure;
  /** Files that match a pattern of glob(7) (`*`, `?`, `[...]`), in the order of their bytes. */
  readonly list: (pattern: string) => readonly string[] | ConfigFailure;
}

export interface ConfigText {
  /** Where it really lies: what an edit has to name. */
  readonly path: string;
  readonly text: string;
}

export interface ConfigFailure {
  readonly failure: 'missing' | 'directory' | 'unreadable';
  readonly because: string;
}

/** A file as lines; the number of a line is its index plus 1. */
export interface ConfigSource {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly string[];
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Throws RefusedError, which names the place that asked for the file. */
export function readSource(files: ConfigFiles, path: string, from?: Place): ConfigSource {
  const read = files.read(path);
  if ('failure' in read) throw new RefusedError(`cannot read ${path}: ${read.because}`, from);
  return sourceOf(read);
}

/** Undefined for a file that is not there; throws RefusedError for one that cannot be read. */
export function readIfThere(files: ConfigFiles, path: string, from?: Place): ConfigSource | undefined {
  const read = files.read(path);
  if (!('failure' in read)) return sourceOf(read);
  if (read.failure === 'missing') return undefined;
  throw new RefusedError(`cannot read ${path}: ${read.because}`, from);
}

export function listSources(files: ConfigFiles, pattern: string, from?: Place): readonly ConfigSource[] {
  const paths = files.list(pattern);
  if ('failure' in paths) throw new RefusedError(`cannot list ${pattern}: ${paths.because}`, from);
  return paths.map((path) => readSource(files, path, from));
}

export function hasPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** Includes that include each other would never end. */
const deepest = 16;

export function refuseTooDeep(depth: number, place: Place): void {
  if (depth > deepest) throw new RefusedError(`includes more than ${deepest} files deep`, place);
}

function sourceOf({ path, text }: ConfigText): ConfigSource {
  return { file: path, text, lines: text.split('\n') };
}
