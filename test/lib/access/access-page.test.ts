import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCESS, type Permission, PERMISSIONS, ROLES } from '../../../lib/access/access-table';

test('docs/access.md shows the table as it is', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'access.md'), 'utf8');
  const shown = /<!-- access table -->\n([\s\S]*?)<!-- end -->/.exec(page)?.[1].trim().split('\n');
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const cells = (permission: Permission): string[] => ROLES.map((role) => ACCESS[permission][role]);
  expect(shown).toEqual([row(['permission', ...ROLES]), '|---'.repeat(ROLES.length + 1).concat('|'), ...PERMISSIONS.map((permission) => row([permission, ...cells(permission)]))]);
});
