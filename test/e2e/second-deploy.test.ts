import { join } from 'node:path';
import { bringUp, type Started } from '../../local/commands/bring-up';
import { Toolkit } from '../../local/deploy/toolkit';

jest.setTimeout(300_000);

const MODELS = join(__dirname, '..', '..', 'models');
const log: string[] = [];
let started: Started;

beforeAll(async () => {
  started = await bringUp({ models: MODELS, timeScale: 600, port: 0, enforce: true, faults: [], log: (line) => void log.push(line) });
});
afterAll(() => started.daemon.stop());

/** Every environment as it is in `bin/environments.ts`, production's private network included. */
test('a second deployment of every environment changes nothing, from a synthesis of its own', async () => {
  const stacks = await started.toolkit.deploy(started.assembly, ['**']);
  expect(log.filter((line) => line.startsWith('deployed '))).toHaveLength(stacks);
  const again = await Toolkit.synth(started.run.folder, MODELS);
  expect(await started.toolkit.diff(again, ['**'])).toMatch(/Number of stacks with differences: 0/);
  log.length = 0;
  expect(await started.toolkit.deploy(again, ['**'])).toBe(stacks);
  expect(log.filter((line) => line.startsWith('no change in '))).toHaveLength(stacks);
});
