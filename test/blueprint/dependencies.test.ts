import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/**
 * The direction of imports: `bin -> lib/stacks -> lib/<stage> -> lib/core -> aws-cdk-lib`; `lib` and `lambda` meet in contracts alone; the local
 * AWS knows neither. Rooms that may not see each other stay exchangeable.
 */

const root = resolve(__dirname, '..', '..');
const STAGES = ['gates', 'training', 'registry', 'release', 'serving', 'monitoring'];

interface Import {
  readonly from: string;
  /** Path from the root, or the name of a package. */
  readonly to: string;
}

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

const importsOf = (from: string): Import[] =>
  [...readFileSync(join(root, from), 'utf8').matchAll(IMPORT)].map(([, a, b, c]) => {
    const target = a ?? b ?? c;
    return { from, to: target.startsWith('.') ? relative(root, resolve(root, from, '..', target)) : target };
  });

const imports = ['bin', 'lib', 'lambda', 'local', 'examples'].flatMap(sourceFiles).flatMap(importsOf);
const within = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);
const of = (folder: string): Import[] => imports.filter(({ from }) => within(folder, from));
const told = (list: Import[]): string[] => list.map(({ from, to }) => `${from} imports ${to}`);

test('the reader of imports finds them', () => {
  expect(of('lib').length).toBeGreaterThan(50);
  expect(told(of('bin'))).toContain('bin/blueprint.ts imports lib/stacks/mlops-stage');
});

test('handlers know neither the constructs nor the CDK', () => {
  expect(told(of('lambda').filter(({ to }) => ['lib', 'bin', 'local'].some((room) => within(room, to)) || /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/.test(to)))).toEqual([]);
});

test('constructs see of the handlers nothing but their contracts', () => {
  expect(told(of('lib').filter(({ to }) => within('lambda', to) && !to.endsWith('/contract')))).toEqual([]);
});

test('the library knows no app, no tests and no local AWS', () => {
  expect(told(of('lib').filter(({ to }) => ['bin', 'local', 'test', 'examples'].some((room) => within(room, to))))).toEqual([]);
});

test('constructs need no cdk-nag: the rules and the report alone do', () => {
  expect(told(of('lib').filter(({ from, to }) => to === 'cdk-nag' && !within('lib/compliance', from)))).toEqual([]);
  const constructs = of('lib').filter(({ from, to }) => !within('lib/compliance', from) && within('lib/compliance', to));
  expect([...new Set(constructs.map(({ to }) => to))]).toEqual(['lib/compliance/risk']);
});

test('the local AWS reads the cloud assembly and never the constructs', () => {
  expect(told(of('local').filter(({ to }) => within('lib', to) || within('bin', to)))).toEqual([]);
});

test('the core knows no stage and no stack', () => {
  expect(told(of('lib/core').filter(({ to }) => within('lib', to) && !within('lib/core', to) && !within('lib/config', to)))).toEqual([]);
});

test('the configuration knows no construct', () => {
  expect(told(of('lib/config').filter(({ to }) => within('lib', to) && !within('lib/config', to) && to !== 'lib/core/errors'))).toEqual([]);
});

describe('arrows between the stages run one way:', () => {
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    gates: [],
    registry: ['gates'],
    training: ['gates', 'registry'],
    serving: ['gates'],
    release: ['gates', 'serving'],
    monitoring: ['gates', 'serving'],
  };

  test.each(STAGES)('%s', (stage) => {
    const others = ['stacks', 'access', 'compliance', 'delivery', 'workspace', ...STAGES].filter((room) => room !== stage && !ALLOWED[stage].includes(room));
    expect(told(of(`lib/${stage}`).filter(({ to }) => others.some((room) => within(`lib/${room}`, to))))).toEqual([]);
  });
});

test('examples use the package and not its files', () => {
  expect(told(of('examples').filter(({ to }) => within('lib', to) || within('lambda', to)))).toEqual([]);
});

test('only the app and the programs that run read the environment of the process', () => {
  expect(sourceFiles('lib').filter((file) => readFileSync(join(root, file), 'utf8').includes('process.env'))).toEqual([]);
});

test('no code asks for the name of an environment', () => {
  const asks = /(environment|name|stage)\w*(\.name)?\s*[!=]==?\s*'(dev|int|prod)'/i;
  expect(['lib', 'lambda', 'bin'].flatMap(sourceFiles).filter((file) => asks.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
});
