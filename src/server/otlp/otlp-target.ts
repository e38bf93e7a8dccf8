import { usageError } from '../../base/errors.ts';

export interface OtlpTarget {
  /** Without the path of a signal and without a slash at its end. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Entries of OTEL_EXPORTER_OTLP_HEADERS that are no headers, by position; their text may be a secret. */
  readonly refusedHeaders: readonly number[];
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Ours, whatever the environment says. */
const fixed = new Set(['content-type', 'content-encoding', 'content-length', 'host']);

/**
 * A collector's base URL and what to send along. `headers` as OpenTelemetry has it in OTEL_EXPORTER_OTLP_HEADERS: "key=value,key2=value2",
 * values percent-encoded. A user and password in the URL become Basic authorization. Throws HalfopenError (usage) for what is no such URL.
 */
export function otlpTarget(url: string, headers: string): OtlpTarget {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw usageError(
      'export to',
      url,
      'Name the base URL of an OTLP/HTTP collector: --otlp http://127.0.0.1:4318',
    );
  if (parsed.search !== '' || parsed.hash !== '')
    throw usageError(
      'export to',
      parsed.origin + parsed.pathname,
      'The base URL of a collector has neither ? nor #.',
    );
  const read = readHeaders(headers);
  const basic: Readonly<Record<string, string>> =
    parsed.username === '' && parsed.password === ''
      ? {}
      : { authorization: `Basic ${basicCredentials(parsed.username, parsed.password)}` };
  return {
    base: `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, ''),
    headers: { ...basic, ...read.headers },
    refusedHeaders: read.refused,
  };
}

function basicCredentials(user: string, password: string): string {
  return Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString('base64');
}

function readHeaders(text: string): {
  readonly headers: Readonly<Record<string, string>>;
  readonly refused: readonly number[];
} {
  const headers: Record<string, string> = {};
  const refused: number[] = [];
  for (const [at, entry] of text.split(',').entries()) {
    if (entry.trim() === '') continue;
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals).trim().toLowerCase();
    const value = decoded(entry.slice(equals + 1).trim());
    if (
      equals < 1 ||
      !headerName.test(name) ||
      fixed.has(name) ||
      value === undefined ||
      !headerValue.test(value)
    )
      refused.push(at + 1);
    else headers[name] = value;
  }
  return { headers, refused };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
