import { createRequire } from 'node:module';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

interface Parser {
  validate(sql: string): readonly { readonly message: string }[];
}

/**
 * Parser with the grammar of Trino, which is Athena's. Its package holds modules that only bundlers can resolve, so the part that is needed is bundled
 * first.
 */
export function trinoParser(): Parser {
  const outfile = join(mkdtempSync(join(tmpdir(), 'trino-')), 'parser.cjs');
  const contents = "export { TrinoSQL } from 'dt-sql-parser/dist/parser/trino';";
  buildSync({ stdin: { contents, resolveDir: __dirname }, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  const { TrinoSQL } = createRequire(__filename)(outfile) as { TrinoSQL: new () => Parser };
  return new TrinoSQL();
}
