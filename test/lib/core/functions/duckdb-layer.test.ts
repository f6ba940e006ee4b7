import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { unzipSync } from 'fflate';
import { DuckDbLayer } from '../../../../lib/core/functions/duckdb-layer';
import { newStack } from '../../../support/app';

test('holds the engine where Lambda looks for packages', () => {
  const stack = newStack();
  new DuckDbLayer(stack, 'DuckDb');
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::LayerVersion', { CompatibleRuntimes: ['nodejs24.x'], CompatibleArchitectures: ['x86_64'] });
  const { outdir } = stack.node.root as App;
  const asset = readdirSync(outdir).find((name) => name.startsWith('asset.')) ?? '';
  const sizes = new Map<string, number>();
  unzipSync(readFileSync(join(outdir, asset)), {
    filter: ({ name, originalSize }) => {
      sizes.set(name, originalSize);
      return false;
    },
  });
  const engine = 'nodejs/node_modules/@duckdb/node-bindings-linux-x64';
  expect(sizes.has(`${engine}/duckdb.node`)).toBe(true);
  expect(sizes.get(`${engine}/libduckdb.so`)).toBeGreaterThan(10_000_000);
});

test('is the same asset in every stack', () => {
  const keys = [newStack(), newStack()].map((stack) => {
    new DuckDbLayer(stack, 'DuckDb');
    return JSON.stringify(Template.fromStack(stack).findResources('AWS::Lambda::LayerVersion'));
  });
  expect(keys[0]).toBe(keys[1]);
});
