/** Dialect of a CSV file, read from its header alone: guessing from the rows would skip rows that do not fit the guess. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Names of the header; a repeated name gets a number, so that it shows as a column of its own. */
  readonly columns: readonly string[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Splits a header line; a name in double quotes may hold the delimiter. */
function split(line: string, delimiter: string): string[] {
  const fields = [''];
  let quoted = false;
  for (let position = 0; position < line.length; position += 1) {
    const character = line.charAt(position);
    if (character === '"' && quoted && line.charAt(position + 1) === '"') {
      fields[fields.length - 1] += '"';
      position += 1;
    } else if (character === '"') {
      quoted = !quoted;
    } else if (character === delimiter && !quoted) {
      fields.push('');
    } else {
      fields[fields.length - 1] += character;
    }
  }
  return fields.map((field) => field.trim());
}

/** The delimiter is the one that splits the header into most columns. */
export function csvDialect(header: string): CsvDialect {
  const candidates = DELIMITERS.map((delimiter) => ({ delimiter, columns: split(header, delimiter) }));
  const { delimiter, columns } = candidates.reduce((best, other) => (other.columns.length > best.columns.length ? other : best));
  const seen = new Map<string, number>();
  const unique = columns.map((name) => {
    // The engine tells names apart without regard to case.
    const key = name.toLowerCase();
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? name : `${name}_${times}`;
  });
  return { delimiter, columns: unique };
}
