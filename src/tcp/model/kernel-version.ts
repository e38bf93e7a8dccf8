/** A kernel release as far as rules depend on it. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  /** The stable release within its line; undefined when only "6.12" is known. */
  readonly patch?: number;
}

/** The newest release whose source and behaviour the model was checked against; newer ones are taken to behave like it. */
export const newestKernel: KernelVersion = { major: 6, minor: 18 };

/** Request sockets and queue limits worked differently before; the model does not go further back. */
export const oldestKernel: KernelVersion = { major: 4, minor: 4 };

/** Reads the leading numbers of `uname -r`: "6.18.44-fc", "5.15.0-91-generic", "6.18". Undefined when there are none. */
export function parseKernelVersion(release: string): KernelVersion | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?(?!\d)/.exec(release);
  if (match === null) return undefined;
  const version = { major: Number(match[1]), minor: Number(match[2]) };
  return match[3] === undefined ? version : { ...version, patch: Number(match[3]) };
}

/** Whether `kernel` is of the line `line` ("6.5") or newer. Distributions may carry a rule earlier than its line. */
export function atLeast(kernel: KernelVersion, line: string): boolean {
  const [major = 0, minor = 0] = line.split('.').map(Number);
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

/** "6.18". */
export function kernelLine({ major, minor }: KernelVersion): string {
  return `${major}.${minor}`;
}

/** "6.12.10", or "6.12" when the stable release is not known: what queue-limits.ts reads. */
export function kernelRelease(kernel: KernelVersion): string {
  return kernel.patch === undefined ? kernelLine(kernel) : `${kernelLine(kernel)}.${kernel.patch}`;
}
