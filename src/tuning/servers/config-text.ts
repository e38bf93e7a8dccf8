import { isUtf8 } from 'node:buffer';

/** UTF-8, or else every byte as one character (Latin-1): either way what is not edited is written back byte for byte. */
export function configText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** The bytes of an edited text, in the encoding of the file it comes from. */
export function configBytes(text: string, from: Buffer): Buffer {
  return Buffer.from(text, isUtf8(from) ? 'utf8' : 'latin1');
}
