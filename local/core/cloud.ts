import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClock } from './clock';
import type { Access, Buckets } from './dispatch/access';
import type { Backend } from './dispatch/backend';
import { startDispatcher, type Dispatcher, type DispatcherOptions } from './dispatch/dispatcher';
import { FaultBoard } from './faults/faults';
import { KeyRing, rootCredentials } from './keys';
import { LogFile } from './logs/file';
import { S3Policies } from './s3/policies';
import { S3Watch } from './s3/watch';
import type { CloudEvent, EventSink, LocalCloud, LocalService, MetricSink, ServiceMetric } from './service';

export interface CloudOptions {
  /** Folder of this run; made when absent. */
  readonly folder: string;
  readonly region: string;
  /** One second of AWS takes `1 / timeScale` real seconds. */
  readonly timeScale: number;
  /** Python of the project's virtual environment. */
  readonly python: string;
  /** @default 0 - a free port */
  readonly port?: number;
  readonly control?: DispatcherOptions['control'];
}

/** The local AWS as its own process sees it: what services may ask, and how they are put in. */
export interface Cloud extends LocalCloud {
  readonly keys: KeyRing;
  readonly faults: FaultBoard;
  readonly services: ReadonlyMap<string, LocalService>;
  register(service: LocalService): void;
  /** Commodity APIs go here. */
  setBackend(backend: Backend): void;
  /** Without one, service events are logged and lost. */
  setEventSink(sink: EventSink): void;
  /** Without one, service metrics are dropped. */
  setMetricSink(sink: MetricSink): void;
  /** Buckets of all accounts, for whoever decides on access to them. */
  readonly buckets: Buckets;
  /** Without one, every call is allowed. */
  setAccess(access: Access): void;
  /** Starts the services that have something to start. */
  start(): Promise<void>;
  /** Ends services in reverse order of registration, then the front door. */
  stop(): Promise<void>;
}

/**
 * Opens the front door of a local AWS. Services are registered afterwards, since they need its address.
 *
 * @throws Error when the port is taken
 */
export async function createCloud(options: CloudOptions): Promise<Cloud> {
  mkdirSync(options.folder, { recursive: true });
  const log = new LogFile(join(options.folder, 'local.log'));
  const calls = new LogFile(join(options.folder, 'calls.log'));
  const keys = new KeyRing();
  const clock = createClock(options.timeScale);
  const faults: FaultBoard = new FaultBoard(Math.random, () => clock.stop(faults.list().some(({ service, operation }) => service === 'clock' && operation === 'Stop')));
  const services = new Map<string, LocalService>();
  let backend: Backend | undefined;
  let eventSink: EventSink | undefined;
  let metricSink: MetricSink | undefined;
  let access: Access | undefined;
  const s3 = new S3Watch();
  const bucketPolicies = new S3Policies();

  const write = (service: string, message: string): void => log.write(`${service}: ${message}`);
  const emit = (event: CloudEvent): void => {
    if (eventSink === undefined) {
      write('events', `no EventBridge runs; lost ${event.source} "${event['detail-type']}" of ${event.account}`);
    }
    eventSink?.receive(event);
  };
  const dispatcher: Dispatcher = await startDispatcher({
    keys,
    faults,
    s3,
    bucketPolicies,
    access: () => access,
    service: (name) => services.get(name),
    backend: () => backend,
    control: options.control,
    emit,
    logCall: (line) => calls.write(line),
  }, options.port);

  return {
    endpoint: `http://127.0.0.1:${dispatcher.port}`,
    region: options.region,
    folder: options.folder,
    python: options.python,
    clock,
    keys,
    faults,
    services,
    credentialsOf(roleArn, sessionName, service) {
      const root = /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(roleArn)?.[1];
      return root === undefined ? keys.issueSession(roleArn, sessionName, service) : rootCredentials(root);
    },
    credentialsOfService: (service) => keys.issueService(service),
    require: async ({ accessKeyId }, permissions) => access?.require(keys.callerOf(accessKeyId), permissions),
    emit,
    putServiceMetric: (accountId: string, metric: ServiceMetric) => metricSink?.putServiceMetric(accountId, metric),
    log: write,
    register(service) {
      if (services.has(service.name)) {
        throw new Error(`two services are named ${service.name}`);
      }
      services.set(service.name, service);
    },
    setBackend: (chosen) => { backend = chosen; },
    setEventSink: (sink) => { eventSink = sink; },
    setMetricSink: (sink) => { metricSink = sink; },
    buckets: { ownerOf: (bucket) => s3.ownerOf(bucket), policyOf: (bucket) => bucketPolicies.of(bucket) },
    setAccess: (chosen) => { access = chosen; },
    async start() {
      await Promise.all([...services.values()].map(async (service) => service.start?.()));
    },
    async stop() {
      for (const service of [...services.values()].reverse()) {
        await service.stop?.();
      }
      await dispatcher.close();
      log.flush();
      calls.flush();
    },
  };
}
