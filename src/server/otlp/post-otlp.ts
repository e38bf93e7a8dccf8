export type OtlpAnswer =
  | {
      readonly kind: 'taken' /** The collector's words about what it did not want. */;
      readonly partly?: string;
    }
  /** It may go better later (OTLP/HTTP: 429, 502, 503, 504, and whatever lost the connection). */
  | { readonly kind: 'later'; readonly said: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly said: string };

const laterStatus = new Set([429, 502, 503, 504]);
const LONGEST_ANSWER = 65_536;
const LONGEST_WORDS = 200;

/** One export; `body` is gzipped JSON. Never throws. `signal` ends it early. */
export async function postOtlp(request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<OtlpAnswer> {
  const { url, headers, body, timeoutMs, signal } = request;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      // Whoever describes fetch as browsers have it wants memory that is not shared; gzip makes no other.
      body: body as Uint8Array<ArrayBuffer>,
      // Headers with secrets go to nobody but the collector that was named.
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    });
    return answerOf(response, await boundedText(response));
  } catch (error) {
    return { kind: 'later', said: wordsOf(error, timeoutMs) };
  }
}

function answerOf(response: Response, text: string): OtlpAnswer {
  if (response.ok) {
    const partly = partialSuccess(text);
    return partly === undefined ? { kind: 'taken' } : { kind: 'taken', partly };
  }
  const said = `${response.status} ${response.statusText} ${printable(text)}`.trim();
  if (!laterStatus.has(response.status)) return { kind: 'refused', said };
  const afterMs = retryAfterMs(response.headers.get('retry-after'));
  return { kind: 'later', said, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** A collector that answers without end is not listened to for longer than this. */
async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_ANSWER).toString('utf8');
}

/** ExportMetricsPartialSuccess and ExportLogsPartialSuccess; undefined: it took everything. */
function partialSuccess(text: string): string | undefined {
  const partial = parsed(text)?.partialSuccess;
  if (typeof partial !== 'object' || partial === null) return undefined;
  const { rejectedDataPoints, rejectedLogRecords, errorMessage } = partial as Record<string, unknown>;
  const rejected = Number(rejectedDataPoints ?? rejectedLogRecords ?? 0);
  const message = typeof errorMessage === 'string' ? printable(errorMessage) : '';
  if (rejected === 0 && message === '') return undefined;
  return `${rejected} rejected${message === '' ? '' : `: ${message}`}`;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function wordsOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  // fetch says "fetch failed"; why stands in its cause, and of several addresses in theirs.
  const { cause } = error;
  const first = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  return first instanceof Error ? first.message : error.message;
}

function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_WORDS);
}
