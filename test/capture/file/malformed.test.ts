import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../../src/app/capture/input/read-capture.ts';
import { exitCodes } from '../../../src/base/errors.ts';
import { CaptureReader } from '../../../src/capture/file/capture-reader.ts';
import { KeepingSink } from './read-bytes.ts';

const folder = fileURLToPath(new URL('../../../fixtures/malformed/', import.meta.url));

/** What is left of each file: packets before the damage, why it ends, where. */
const partial: Readonly<Record<string, readonly [packets: number, because: string, atByte: number]>> = {
  'captured-length-4294967295.pcap': [2, 'captured length 4,294,967,295', 164],
  'cut-inside-record-3.pcap': [2, 'the file ends inside record 3', 164],
  'garbage-behind-an-empty-record.pcap': [2, 'captured length 4,022,250,974', 110],
  'block-length-13.pcapng': [1, 'block length 13, not a multiple of four', 136],
  'block-lengths-disagree.pcapng': [1, 'block length 88 at its start, 92 at its end', 136],
  'undescribed-interface.pcapng': [1, 'packet of interface 7, which is not described before it', 136],
  'captured-length-beyond-block.pcapng': [1, 'captured length 4,096 in a block of 88 bytes', 136],
  'block-claims-4-gib.pcapng': [1, 'the file ends inside record 2', 136],
  'packet-block-claims-4-gib.pcapng': [1, 'packet block of 4,294,967,292 bytes', 136],
  'second-section-of-unknown-byte-order.pcapng': [1, 'byte-order magic 0x44444444 of a section', 136],
  'gzip-checksum-wrong.pcap.gz': [40, 'the gzip data is damaged: incorrect data check', 14_824],
  'gzip-cut.pcap.gz': [19, 'the gzip data ends early', 7054],
  'zstd-checksum-wrong.pcap.zst': [40, 'the zstd data is damaged', 14_824],
  'zstd-cut.pcap.zst': [20, 'the zstd data ends early', 7424],
  'zstd-followed-by-text.pcap.zst': [40, 'the zstd data is followed by something else', 14_824],
};

const unreadable: Readonly<Record<string, string>> = {
  'empty.pcap': 'it is empty',
  'not-a-capture.pcap': 'it begins with 7f 45 4c 46, neither pcap nor pcapng',
  'cut-inside-file-header.pcap': 'it ends inside its file header, after 12 bytes',
  'packet-before-any-interface.pcapng':
    'record 1 at byte 28: packet of interface 0, which is not described before it',
  'gzip-of-a-text.pcap.gz': 'inside its gzip data: it begins with 68 65 6c 6c, neither pcap nor pcapng',
  'zstd-window-of-2-gib.pcap.zst': 'inside its zstd data: the zstd data needs a window of 2.0 GiB',
};

async function read(name: string): Promise<CaptureReader> {
  const reader = new CaptureReader(new KeepingSink());
  await readCapture(folder + name, reader, { onProgress: () => {}, stop: new AbortController().signal });
  return reader;
}

describe('malformed files', () => {
  it('are all here', () => {
    const mentioned = [...Object.keys(partial), ...Object.keys(unreadable)];
    expect(readdirSync(folder).sort()).toEqual(mentioned.sort());
  });

  it.each(Object.entries(partial))('%s: read up to its damage', async (name, [packets, because, atByte]) => {
    const reader = await read(name);
    expect(reader.frames).toBe(packets);
    expect(reader.partial).toEqual({ because, atByte, record: packets + 1 });
  });

  it.each(Object.entries(unreadable))('%s: refused with its reason', async (name, said) => {
    await expect(read(name)).rejects.toMatchObject({
      exitCode: exitCodes.cannotObserve,
      detail: { on: folder + name, said },
    });
  });
});
