import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PARTS, renewed } from '../../../local/inventory/page';

const page = readFileSync(resolve(__dirname, '../../../docs/local-aws.md'), 'utf8');

test('the page about the local AWS is up to date; else run: npx tsx local/inventory/write-page.ts', () => {
  expect(page).toBe(renewed(page));
});

test('what is written by hand stays', () => {
  const old = Object.keys(PARTS).map((name) => `by hand\n<!-- ${name} -->\nold\n<!-- end -->`).join('\n');
  const text = renewed(old);
  expect(text.match(/by hand/g)).toHaveLength(Object.keys(PARTS).length);
  expect(text).not.toContain('old\n<!-- end');
  expect(text).toContain('`CreateEndpoint`');
});

test('a page without a place for a part is refused', () => {
  expect(() => renewed('nothing')).toThrow('the page has no place for the part "own services"');
});
