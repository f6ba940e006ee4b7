import { tmpdir } from 'node:os';
import { FaultBoard } from '../core/faults/faults';
import { KeyRing, rootCredentials } from '../core/keys';
import type { LocalCloud, LocalService } from '../core/service';
import { createServices } from '../daemon/services';

/** A local AWS in which nothing runs: enough to ask its services for their tables. */
const nowhere: LocalCloud = {
  endpoint: 'http://127.0.0.1:9',
  region: 'eu-central-1',
  folder: tmpdir(),
  clock: { scale: 1, toReal: (seconds) => seconds * 1000, sleep: async () => undefined },
  faults: new FaultBoard(),
  python: 'python3',
  credentialsOf: () => rootCredentials('000000000000'),
  credentialsOfService: () => rootCredentials('000000000000'),
  require: async () => undefined,
  emit: () => undefined,
  putServiceMetric: () => undefined,
  log: () => undefined,
};

/** Every service of our own with its table of operations; none is started. */
export const ownServices = (): readonly LocalService[] => createServices(nowhere, new KeyRing()).all;

/** Names of the operations that the local AWS answers itself, by signing name, sorted. */
export const ownOperations = (): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(ownServices().map(({ name, operations }) => [name, Object.keys(operations).toSorted()]));
