/** A cell after RFC 4180, section 2: in quotes where it has to be, quotes doubled. null is an empty cell. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
