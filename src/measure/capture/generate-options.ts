import { parseArgs } from 'node:util';
import { usageError } from '../../base/errors.ts';
import { mostClients, usualClients } from './endpoints.ts';
import { type CaptureWish, fewestPackets } from './generate-capture.ts';

export const generateUsage = `node build/measure/generate-capture.js --out FILE [--packets 3500000] [--connections 500000]
  [--syn-retransmissions 0.05] [--seed 1] [--family ipv4|ipv6|mixed] [--clients 4000] [--format pcap]
`;

export interface GenerateOptions extends CaptureWish {
  readonly out: string;
}

export function readGenerateOptions(argv: readonly string[]): GenerateOptions {
  const text = { type: 'string' } as const;
  const options = {
    out: text,
    packets: text,
    connections: text,
    'syn-retransmissions': text,
    seed: text,
    family: text,
    clients: text,
    format: text,
  };
  const { values } = parseArgs({ args: [...argv], options });
  if (values.out === undefined) throw usageError('do without', '--out', 'It takes the file to write.');
  if (values.format !== undefined && values.format !== 'pcap') {
    throw usageError('write', `--format ${values.format}`, 'It takes pcap.');
  }
  const connections = count('connections', values.connections, 500_000);
  const packets = count('packets', values.packets, 7 * connections);
  const synRetransmissions = share('syn-retransmissions', values['syn-retransmissions'], 0.05);
  const fewest = fewestPackets(connections, synRetransmissions);
  if (connections === 0 || packets < fewest) {
    const remedy = `So many connections take at least ${fewest} packets, and there must be one connection.`;
    throw usageError('make', `${connections} connections of ${packets} packets`, remedy);
  }
  const seed = count('seed', values.seed, 1);
  const clients = count('clients', values.clients, usualClients);
  if (clients < 1 || clients > mostClients) {
    throw usageError('make', `${clients} clients`, `It takes 1 to ${mostClients}.`);
  }
  return {
    out: values.out,
    packets,
    connections,
    synRetransmissions,
    seed,
    family: family(values.family),
    clients,
  };
}

function count(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw usageError('read', `--${name} ${text}`, 'It takes a whole number.');
}

function share(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^(0(\.\d+)?|1(\.0+)?)$/.test(text)) return Number(text);
  throw usageError('read', `--${name} ${text}`, 'It takes a number from 0 to 1.');
}

function family(text = 'ipv4'): CaptureWish['family'] {
  if (text === 'ipv4' || text === 'ipv6' || text === 'mixed') return text;
  throw usageError('read', `--family ${text}`, 'It takes ipv4, ipv6 or mixed.');
}
