/**
 * Classic BPF (linux/filter.h; McCanne and Jacobson 1993): an accumulator A, an index register X, 16 words of
 * memory and forward jumps. Instructions are written with labels and assembled to `struct sock_filter` bytes in the
 * byte order of this machine.
 */
export type Instruction =
  | { readonly label: string }
  /** Jumps to `onTrue` or `onFalse`; where one is missing the program goes on with the next instruction. */
  | { readonly code: number; readonly k: number; readonly onTrue?: string; readonly onFalse?: string };

const LD = 0x00;
const LDX = 0x01;
const ST = 0x02;
const ALU = 0x04;
const JMP = 0x05;
const RET = 0x06;
const MISC = 0x07;
const WORD = 0x00;
const HALF = 0x08;
const BYTE = 0x10;
const IMM = 0x00;
const ABS = 0x20;
const IND = 0x40;
const MEM = 0x60;
const MSH = 0xa0;
const FROM_X = 0x08;

/** What the kernel knows about a packet beside its bytes: SKF_AD_OFF plus SKF_AD_..., loaded like a word. */
const ANCILLARY = -0x1000;
export const ancillary = {
  protocol: ANCILLARY + 0,
  packetType: ANCILLARY + 4,
  hardwareType: ANCILLARY + 28,
  random: ANCILLARY + 56,
} as const;

/** A = the 4, 2 or 1 bytes at `at`, or at X + `at`. A load past the end of the packet ends the program: rejected. */
export const loadWord = (at: number): Instruction => ({ code: LD | WORD | ABS, k: at });
export const loadHalf = (at: number): Instruction => ({ code: LD | HALF | ABS, k: at });
export const loadByte = (at: number): Instruction => ({ code: LD | BYTE | ABS, k: at });
export const loadHalfAtX = (at: number): Instruction => ({ code: LD | HALF | IND, k: at });
export const loadByteAtX = (at: number): Instruction => ({ code: LD | BYTE | IND, k: at });
/** X = 4 * (the low four bits of the byte at `at`): the length of an IPv4 header. */
export const loadXHeaderLength = (at: number): Instruction => ({ code: LDX | BYTE | MSH, k: at });
/** A = `value`. */
export const loadNumber = (value: number): Instruction => ({ code: LD | WORD | IMM, k: value });
export const setX = (value: number): Instruction => ({ code: LDX | WORD | IMM, k: value });
export const moveAToX: Instruction = { code: MISC, k: 0 };
export const storeA = (slot: number): Instruction => ({ code: ST, k: slot });
export const recallA = (slot: number): Instruction => ({ code: LD | WORD | MEM, k: slot });
export const add = (value: number): Instruction => ({ code: ALU | 0x00, k: value });
export const addX: Instruction = { code: ALU | 0x00 | FROM_X, k: 0 };
export const and = (mask: number): Instruction => ({ code: ALU | 0x50, k: mask });
export const shiftLeft = (bits: number): Instruction => ({ code: ALU | 0x60, k: bits });
/** Returns how many bytes of the packet to keep; 0 rejects it. Of a system call: what becomes of it. */
export const keep = (bytes: number): Instruction => ({ code: RET, k: bytes });
export const label = (name: string): Instruction => ({ label: name });
export const jump = (to: string): Instruction => ({ code: JMP, k: 0, onTrue: to });

interface Targets {
  readonly yes?: string;
  readonly no?: string;
}

export const ifEqual = (value: number, to: Targets): Instruction => conditional(0x10, value, to);
export const ifAtLeast = (value: number, to: Targets): Instruction => conditional(0x30, value, to);
export const ifAnyBit = (mask: number, to: Targets): Instruction => conditional(0x40, mask, to);

function conditional(operation: number, k: number, to: Targets): Instruction {
  return {
    code: JMP | operation,
    k,
    ...(to.yes && { onTrue: to.yes }),
    ...(to.no && { onFalse: to.no }),
  };
}

const INSTRUCTION_BYTES = 8;

/** Throws RangeError for a label that is missing, behind, or further than a conditional jump reaches (255). */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const places = placeLabels(program);
  const steps = program.filter((instruction) => 'code' in instruction);
  const bytes = new Uint8Array(steps.length * INSTRUCTION_BYTES);
  const halves = new Uint16Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  steps.forEach(({ code, k, onTrue, onFalse }, index) => {
    halves[4 * index] = code;
    if (code === JMP) {
      words[2 * index + 1] = distance(places, index, onTrue);
      return;
    }
    bytes[INSTRUCTION_BYTES * index + 2] = conditionalDistance(places, index, onTrue);
    bytes[INSTRUCTION_BYTES * index + 3] = conditionalDistance(places, index, onFalse);
    words[2 * index + 1] = k;
  });
  return bytes;
}

function placeLabels(program: readonly Instruction[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  let index = 0;
  for (const instruction of program) {
    if ('label' in instruction) places.set(instruction.label, index);
    else index++;
  }
  return places;
}

function distance(places: ReadonlyMap<string, number>, from: number, to: string | undefined): number {
  if (to === undefined) return 0;
  const place = places.get(to);
  if (place === undefined || place <= from)
    throw new RangeError(`BPF label ${to} is not ahead of instruction ${from}`);
  return place - from - 1;
}

function conditionalDistance(
  places: ReadonlyMap<string, number>,
  from: number,
  to: string | undefined,
): number {
  const steps = distance(places, from, to);
  if (steps > 255) throw new RangeError(`BPF label ${to} is ${steps} instructions away from ${from}`);
  return steps;
}
