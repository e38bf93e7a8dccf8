import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HalfopenError } from '../../src/base/errors.ts';
import { filterFields } from '../../src/capture/filter/filter-fields.ts';
import { parseConnectionFilter } from '../../src/capture/filter/parse-connection-filter.ts';
import type { ConnectionRecord } from '../../src/tcp/capture.ts';
import { makeConnection, makeFlow } from '../fixtures/capture-stories.ts';

/** No two fields read the same from it, but for those that are of either side. */
const telling = makeConnection({
  number: 17,
  client: '10.0.0.9',
  clientPort: 50_000,
  server: '192.168.7.1',
  serverPort: 443,
  fromMs: 40,
  toMs: 4540.5,
  syn: { sends: 3, atMs: [40, 1040, 3040] },
  synAck: { sends: 2, atMs: [3041, 4041] },
  connectMs: 3001,
  handshakeRttMs: 0.35,
  fromClient: makeFlow({
    packets: 7,
    payloadBytes: 100,
    retransmissions: { timeout: 4, fast: 5, spurious: 6 },
    keepaliveProbes: 8,
    zeroWindows: 9,
    resets: 10,
    duplicateAcks: 11,
    outOfOrder: 12,
  }),
  fromServer: makeFlow({
    packets: 5,
    payloadBytes: 2000,
    retransmissions: { timeout: 10, fast: 20, spurious: 30 },
    keepaliveProbes: 40,
    zeroWindows: 50,
    resets: 60,
    duplicateAcks: 70,
    outOfOrder: 80,
  }),
  longestIdle: { ms: 1500, fromMs: 100 },
  end: { how: 'reset', by: 'server', atMs: 4540 },
  judgement: { id: 'slow-open', confidence: 'likely', because: '', packets: [] },
});

const fits = (filter: string, record: ConnectionRecord = telling): boolean =>
  parseConnectionFilter(filter)(record);

function failureOf(filter: string): HalfopenError {
  try {
    parseConnectionFilter(filter);
  } catch (error) {
    if (error instanceof HalfopenError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** What `telling` is, and is not, by field. */
const readings: Readonly<Record<string, readonly [is: string, isNot: string]>> = {
  judgement: ['slow-open', 'completed'],
  confidence: ['likely', 'certain'],
  port: ['50000', '80'],
  clientPort: ['50000', '443'],
  serverPort: ['443', '50000'],
  address: ['192.168.7.1', '10.0.0.1'],
  client: ['10.0.0.9', '192.168.7.1'],
  server: ['192.168.7.1', '10.0.0.9'],
  listener: ['192.168.7.1:443', '192.168.7.1:50000'],
  family: ['ipv4', 'ipv6'],
  bytes: ['2100', '2000'],
  clientBytes: ['100', '2000'],
  serverBytes: ['2000', '100'],
  packets: ['12', '7'],
  start: ['40ms', '0'],
  duration: ['4500.5', '4540.5'],
  syns: ['3', '2'],
  synAcks: ['2', '3'],
  connect: ['3001ms', '0.35ms'],
  rtt: ['350us', '3001ms'],
  retransmissions: ['75', '15'],
  keepalives: ['48', '8'],
  zeroWindows: ['59', '50'],
  resets: ['70', '60'],
  duplicateAcks: ['81', '70'],
  outOfOrder: ['92', '80'],
  idle: ['1.5s', '100ms'],
  end: ['reset', 'fin'],
  endedBy: ['server', 'client'],
  begins: ['syn', 'middle'],
  number: ['17', '0'],
};

describe('the fields', () => {
  it('are frozen, each with a meaning of one line, and each tried here', () => {
    expect(Object.isFrozen(filterFields) && filterFields.every(Object.isFrozen)).toBe(true);
    expect(filterFields.map(({ name }) => name)).toEqual(Object.keys(readings));
    for (const { meaning } of filterFields) expect(meaning).toMatch(/^[A-Z][^\n]{5,90}[^.\n]$/);
  });

  it.each(Object.entries(readings))('%s', (name, [is, isNot]) => {
    expect(fits(`${name} = ${is}`)).toBe(true);
    expect(fits(`${name} = ${isNot}`)).toBe(false);
    expect(fits(`${name} != ${is}`)).toBe(false);
    expect(fits(`${name} != ${isNot}`)).toBe(true);
    expect(fits(`${name} in (${isNot}, ${is})`)).toBe(true);
    expect(fits(`${name} not in (${isNot}, ${is})`)).toBe(false);
    expect(fits(`${name.toUpperCase()}="${is.toUpperCase()}"`)).toBe(true);
  });
});

describe('a comparison', () => {
  it.each([
    ['packets < 12', false],
    ['packets <= 12', true],
    ['packets >= 12', true],
    ['packets > 12', false],
    ['packets > 11', true],
    ['packets < 13', true],
  ])('%s: %s', (filter, expected) => {
    expect(fits(filter)).toBe(expected);
  });

  it.each([
    ['idle = 1500', true],
    ['idle >= 0.025m', true],
    ['idle < 1h', true],
    ['rtt < 0.4ms', true],
    ['rtt < 0.3ms', false],
    ['bytes < 2.1kb', false],
    ['bytes < 2.1KiB', true],
    ['bytes <= 2.1kB', true],
    ['bytes < 1MB', true],
    ['bytes < 1GiB', true],
  ])('takes units: %s: %s', (filter, expected) => {
    expect(fits(filter)).toBe(expected);
  });

  it('of a field of both sides fits when one of them does, and "!=" when none does', () => {
    expect(fits('port=443') && fits('port=50000')).toBe(true);
    expect(fits('port!=443')).toBe(false);
    expect(fits('port<500 and port>40000')).toBe(true);
    expect(fits('address=10.0.0.0/8 and address=192.168.0.0/16')).toBe(true);
    expect(fits('address!=10.0.0.0/8')).toBe(false);
  });

  it('with what a connection lacks fits nothing but none and "!="', () => {
    const unanswered = makeConnection({ connectMs: null, end: { how: 'silence', by: null, atMs: null } });
    for (const filter of ['connect<1h', 'connect<=0', 'connect>=0', 'connect>0', 'connect=0']) {
      expect([filter, fits(filter, unanswered)]).toEqual([filter, false]);
    }
    for (const filter of ['connect!=0', 'connect=none', 'connect in (5, none)', 'endedBy=none']) {
      expect([filter, fits(filter, unanswered)]).toEqual([filter, true]);
    }
    expect(fits('connect=none')).toBe(false);
    expect(fits('connect in (none, 3001)')).toBe(true);
    expect(failureOf('connect<none').message).toContain('found "none"');
    expect(failureOf('packets=none').message).toContain('expected a whole number for packets, found "none"');
  });
});

describe('addresses', () => {
  const ipv6 = makeConnection({
    family: 'ipv6',
    client: 'fd00::1',
    clientPort: 50_000,
    server: '2001:db8::7:1',
    serverPort: 443,
  });

  it.each([
    ['client=fd00::1', true],
    ['client=FD00:0::1', true],
    ['client=fd00:0:0:0:0:0:0.0.0.1', true],
    ['client=fd00::2', false],
    ['client=fd00::/8', true],
    ['client=fc00::/7', true],
    ['client=fe00::/7', false],
    ['client=fd00::1/128', true],
    ['client=fd00::/127', true],
    ['client=fd00::2/127', false],
    ['client=::/0', true],
    ['client=0.0.0.0/0', false],
    ['server=2001:db8:0:0::/33', true],
    ['server=2001:db8:8000::/33', false],
    ['listener=[2001:DB8:0::7:1]:443', true],
    ['listener=[2001:db8::7:1]:444', false],
    ['address in (10.0.0.0/8, fd00::/16)', true],
    ['server in (fd00::/16, 2001:db8::7:1)', true],
  ])('%s: %s', (filter, expected) => {
    expect(fits(filter, ipv6)).toBe(expected);
  });

  it.each([
    ['client=10.0.0.0/8', true],
    ['client=10.0.0.8/31', true],
    ['client=10.0.0.8/32', false],
    ['client=10.200.3.4/8', true],
    ['client=11.0.0.0/8', false],
    ['client=0.0.0.0/0', true],
    ['client=::/0', false],
    ['client=::ffff:10.0.0.9', true],
    ['listener=[::ffff:192.168.7.1]:0443', true],
  ])('%s: %s', (filter, expected) => {
    expect(fits(filter)).toBe(expected);
  });

  it.each([
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    'fd00::/129',
    'fd00::g',
    'localhost',
    'fe80::1%eth0',
  ])('%s is none', (text) => {
    expect(failureOf(`client=${text}`).message).toContain(
      `at character 8: expected an address or a prefix such as`,
    );
  });

  it.each(['10.0.0.1', '::1:443', '[::1]', '[10.0.0.1]:443', '10.0.0.1:65536', '10.0.0.1:', 'x:443'])(
    '%s is no listener',
    (text) => {
      expect(failureOf(`listener=${text}`).message).toContain('such as 10.0.0.1:443 or [::1]:443');
    },
  );
});

describe('terms', () => {
  it.each([
    ['judgement=slow-open and port=443', true],
    ['judgement=slow-open and port=80', false],
    ['port=80 or port=443', true],
    ['port=443 or port=443 and port=80', true],
    ['(port=443 or port=443) and port=80', false],
    ['not port=80 and port=443', true],
    ['not (port=80 or port=443)', false],
    ['not not port=443', true],
    ['port=80||judgement==slow-open&&!(family=ipv6)', true],
    ["PORT=443 AND NOT family='ipv6'", true],
    [' \t\nport=443\n', true],
  ])('%s: %s', (filter, expected) => {
    expect(fits(filter)).toBe(expected);
  });

  it('mean what they say, however they are nested', () => {
    const { text } = fc.letrec<{ text: readonly [string, boolean] }>((tie) => ({
      text: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<[string, boolean]>(['port=443', true], ['port=80', false], ['bytes>2KB', true]),
        tie('text').map(([inner, value]): [string, boolean] => [`not (${inner})`, !value]),
        fc
          .tuple(tie('text'), tie('text'))
          .map(([[a, isA], [b, isB]]): [string, boolean] => [`(${a}) and (${b})`, isA && isB]),
        fc
          .tuple(tie('text'), tie('text'))
          .map(([[a, isA], [b, isB]]): [string, boolean] => [`(${a})or(${b})`, isA || isB]),
      ),
    }));
    fc.assert(
      fc.property(text, ([filter, expected]) => {
        expect(fits(filter)).toBe(expected);
      }),
    );
  });
});

describe('a wrong filter', () => {
  it.each([
    ['', 'at character 1: expected a field, "not" or "(", found the end'],
    ['   ', 'found the end'],
    ['judgment=slow-open', 'at character 1: expected a field, found "judgment"; did you mean judgement?'],
    ['port=443 and prot=1', 'at character 14: expected a field, found "prot"; did you mean port?'],
    ['slow-open', 'did you mean judgement=slow-open?'],
    ['retrans>1', 'did you mean retransmissions?'],
    ['judgement=slowopen', 'found "slowopen"; did you mean slow-open?'],
    ['judgement=😀', 'at character 11:'],
    ['end=fin 😀 port=1', 'at character 9: expected "and", "or" or the end, found "😀"'],
    ['end in (😀, fin) port=1', 'at character 9: expected one of its values for end'],
    ["end='😀' or x=1", 'at character 5: expected one of its values for end, found "😀"'],
    ['port=443 port=80', 'at character 10: expected "and", "or" or the end, found "port"'],
    ['port', 'at character 5: expected =, !=, <, <=, >, >= or in after port, found the end'],
    ['family<ipv6', 'at character 7: expected =, != or in after family, found "<"'],
    ['port=', 'at character 6: expected a value, found the end'],
    ['port==and', 'expected a value, found "and"'],
    ['port not 4', 'expected "in", found "4"'],
    ['port in 4', 'expected "(" after "in", found "4"'],
    ['port in ()', 'expected a value, found ")"'],
    ['port in (4', 'expected "," or ")", found the end'],
    ['(port=4', 'expected "and", "or" or ")", found the end'],
    ['port=4)', 'expected "and", "or" or the end, found ")"'],
    ['"port"=4', 'at character 1: expected a field'],
    ['"and"', 'at character 1: expected a field'],
    ['port="4', `at character 6: expected " to close this one, found the end`],
    ['port=4 & port=5', 'at character 8: "&" means nothing alone'],
    ['port=65536', 'expected a port from 0 to 65535 for port, found "65536"'],
    ['port=4.5', 'expected a port'],
    ['port=https', 'found "https"'],
    ['packets>-1', 'expected a whole number for packets, found "-1"'],
    ['packets>1k', 'found "1k"'],
    ['packets>1e3', 'found "1e3"'],
    [`packets>${'9'.repeat(400)}`, 'expected a whole number'],
    ['idle>1.5x', 'expected a duration such as 200ms, 1.5s or 2m (a number alone is ms) for idle'],
    ['bytes=10constructor', 'expected a size such as 1500, 10KiB or 1MB for bytes'],
    ['idle=1tostring', 'found "1tostring"'],
    ['constructor=1', 'expected a field, found "constructor"'],
    ['port=\u001b[31m', String.raw`found "\u001b[31m"`],
  ])('%j', (filter, said) => {
    const failure = failureOf(filter);
    expect(failure.message).toContain(said);
    expect(failure.exitCode).toBe(2);
  });

  it('is told the fields, the values of its field, or what a filter looks like', () => {
    const names = filterFields.map(({ name }) => name).join(', ');
    expect(failureOf('x=1').message).toContain(`\nFields: ${names}.`);
    expect(failureOf('port').message).toContain('\nA filter looks like this: ');
    expect(failureOf('endedBy=me').message).toContain('\nendedBy is one of client, server, middlebox, none.');
  });

  it('is shown an example that is right', () => {
    const [, example = ''] = /looks like this: (.*)\.$/.exec(failureOf('port').message) ?? [];
    expect(fits(example)).toBe(false);
    expect(fits(example, { ...telling, serverPort: 8080 })).toBe(true);
  });

  it('is shown, cut where it is long', () => {
    expect(failureOf('port=x').message).toMatch(/^cannot read the filter "port=x": /);
    expect(failureOf(`port=${'x'.repeat(5000)}`).message.length).toBeLessThan(400);
  });

  it('cannot exhaust the stack, and can be long as long as it is not absurd', () => {
    expect(fits(`${'('.repeat(50)}port=443${')'.repeat(50)}`)).toBe(true);
    expect(failureOf(`${'('.repeat(51)}port=443${')'.repeat(51)}`).message).toContain('at most 50');
    expect(failureOf('('.repeat(10_000)).message).toContain('at most 50');
    expect(fits(`${'not '.repeat(2000)}port=443`)).toBe(true);
    expect(fits(`${'(port=1) or '.repeat(800)}port=443`)).toBe(true);
    expect(fits(`port in (${'1,'.repeat(4000)}443)`)).toBe(true);
    expect(failureOf(`${' '.repeat(10_000)}port=443`).message).toContain('it goes on after 10000 characters');
  });

  it('is the only thing that parsing throws', () => {
    const pieces = fc.constantFrom(
      ...['(', ')', ',', '=', '!=', '<', '!', '&&', '|', '"', "'", ' and ', ' or ', ' not ', ' in ', ' '],
      ...[
        'port',
        'client',
        'listener',
        'judgement',
        'connect',
        'none',
        '443',
        '10.0.0.0/8',
        '[::1]:4',
        'fd00::/',
      ],
    );
    const filters = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 24 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(filters, (filter) => {
        try {
          expect(typeof fits(filter)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(HalfopenError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
