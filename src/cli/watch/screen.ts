import { Writable } from 'node:stream';

/** ECMA-48 and what xterm added: another screen than the one with the shell's history, cursor, places, clearing. */
const sequences = {
  otherScreen: '\u001b[?1049h',
  firstScreen: '\u001b[?1049l',
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
  clear: '\u001b[2J\u001b[H',
  clearRest: '\u001b[K',
  noColour: '\u001b[0m',
} as const;

interface ScreenEnds {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * The whole terminal. Ink draws into it as into a stream: each write is a picture, of which only those lines go out that have changed.
 * After `leave` (however the program ends) the terminal is as it was.
 */
export class Screen extends Writable {
  /** Ink would move the cursor itself where it knows of a terminal. */
  readonly isTTY = false;
  readonly #ends: ScreenEnds;
  #shown: readonly string[] = [];
  #isEntered = false;
  readonly #leave = (): void => this.leave();
  readonly #resized = (): void => this.#resize();

  constructor(ends: ScreenEnds) {
    super({ decodeStrings: false });
    this.#ends = ends;
  }

  /** A terminal that does not know its size (a fresh pty) says 0. */
  get columns(): number {
    return this.#ends.output.columns || 80;
  }

  get rows(): number {
    return this.#ends.output.rows || 24;
  }

  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#shown = [];
    this.#ends.input.setRawMode(true);
    this.#ends.output.write(sequences.otherScreen + sequences.hideCursor + sequences.clear);
    this.#ends.output.on('resize', this.#resized);
    // The last word before Node prints what went wrong, and before the program ends in any other way it notices.
    process.on('uncaughtExceptionMonitor', this.#leave).on('exit', this.#leave);
  }

  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#ends.output.off('resize', this.#resized);
    process.off('uncaughtExceptionMonitor', this.#leave).off('exit', this.#leave);
    this.#ends.output.write(sequences.noColour + sequences.showCursor + sequences.firstScreen);
    this.#ends.input.setRawMode(false);
  }

  /** Everything is drawn anew: what lines were cut or wrapped by the terminal is not known. */
  #resize(): void {
    this.#shown = [];
    this.#ends.output.write(sequences.clear);
    this.emit('resize');
  }

  override _write(picture: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = String(picture);
    if (this.#isEntered && text !== '') this.#draw(text.split('\n').slice(0, this.rows));
    done();
  }

  #draw(lines: readonly string[]): void {
    const changed = Array.from({ length: Math.max(lines.length, this.#shown.length) }, (_, at) => {
      const line = lines[at] ?? '';
      return line === this.#shown[at]
        ? ''
        : `\u001b[${at + 1};1H${sequences.noColour}${line}${sequences.noColour}${sequences.clearRest}`;
    });
    this.#shown = lines;
    const text = changed.join('');
    if (text !== '') this.#ends.output.write(text);
  }
}
