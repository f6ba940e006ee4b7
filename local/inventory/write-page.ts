import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renewed } from './page';

/** Writes the generated parts of `docs/local-aws.md`: `npx tsx local/inventory/write-page.ts`. */
const file = resolve(__dirname, '../../docs/local-aws.md');
writeFileSync(file, renewed(readFileSync(file, 'utf8')));
