const MOST_SECONDS = 0xffff_ffff;
const TWO_TO_32 = 4_294_967_296;

/**
 * Turns pcapng's 64-bit timestamps into seconds and nanoseconds, exactly and without allocating for the usual resolutions. What lies
 * before 1970 or beyond 32 bits of seconds becomes the nearest that can be said.
 */
export class TickClock {
  /** Of the timestamp last read. */
  seconds = 0;
  nanoseconds = 0;
  readonly #ticksPerSecond: bigint;
  /** The same, where it is 10^6 or 10^9; 0 elsewhere. */
  readonly #usualTicks: number;
  readonly #offsetSeconds: number;

  /**
   * @param resolution if_tsresol: a negative power of 10, or of 2 where the upper bit is set (draft-ietf-opsawg-pcapng, section 4.2)
   * @param offsetSeconds if_tsoffset
   */
  constructor(resolution: number, offsetSeconds: number) {
    this.#ticksPerSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
    this.#usualTicks = resolution === 6 || resolution === 9 ? 10 ** resolution : 0;
    this.#offsetSeconds = offsetSeconds;
  }

  read(high: number, low: number): void {
    const ticks = this.#usualTicks;
    if (ticks === 0) {
      this.#readUnusual(high, low);
      return;
    }
    // A double holds 53 of the 64 bits, so that the quotient can be one off; the remainder's lower 32 bits, exact, tell.
    let seconds = Math.floor((high * TWO_TO_32 + low) / ticks);
    let rest = (low - Math.imul(seconds, ticks)) | 0;
    if (rest < 0) {
      seconds -= 1;
      rest += ticks;
    } else if (rest >= ticks) {
      seconds += 1;
      rest -= ticks;
    }
    this.#set(seconds, ticks === 1_000_000 ? rest * 1000 : rest);
  }

  #readUnusual(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const rest = ticks % this.#ticksPerSecond;
    this.#set(Number(ticks / this.#ticksPerSecond), Number((rest * 1_000_000_000n) / this.#ticksPerSecond));
  }

  #set(seconds: number, nanoseconds: number): void {
    this.seconds = Math.min(Math.max(seconds + this.#offsetSeconds, 0), MOST_SECONDS);
    this.nanoseconds = nanoseconds;
  }
}
