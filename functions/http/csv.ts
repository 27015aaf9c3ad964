/** What a spreadsheet would run: it reads these first characters as the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One cell of a CSV file (RFC 4180), empty for null. A text that a spreadsheet would run as a formula gets an apostrophe
 * before it, which makes it text. https://owasp.org/www-community/attacks/CSV_Injection
 */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(String(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
