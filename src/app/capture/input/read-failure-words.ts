/** Why the rest of an opened file does not come: "reading failed: EIO: i/o error". Node's words name the call behind a comma. */
export function readFailureWords(error: unknown): string {
  const words = error instanceof Error ? (error.message.split(', ')[0] ?? error.message) : String(error);
  return `reading failed: ${words}`;
}
