/** Delimiters by their names in `CSVDelimiter`. */
export const DELIMITERS: Readonly<Record<string, string>> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

/**
 * Rows of a CSV text with double quotes (doubled inside of quotes), as RFC 4180 has them. Empty lines are left out.
 *
 * @throws Error for a quote that is never closed
 */
export function parseCsv(text: string, delimiter = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = (): void => {
    if (row.length > 0 || field !== '') {
      rows.push([...row, field]);
    }
    [row, field] = [[], ''];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === '"' && text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else if (character === '"') {
        quoted = false;
      } else {
        field += character;
      }
    } else if (character === '"' && field === '') {
      quoted = true;
    } else if (character === delimiter) {
      row.push(field);
      field = '';
    } else if (character === '\n') {
      endRow();
    } else if (character !== '\r' || text.charAt(at + 1) !== '\n') {
      field += character;
    }
  }
  if (quoted) {
    throw new Error('a quoted field is never closed');
  }
  endRow();
  return rows;
}
