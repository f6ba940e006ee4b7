import * as sdk from '@aws-sdk/client-sagemaker';
import type { LocalCloud, LocalService } from '../core/service';
import { parseArn } from './core/place';
import { tagOperations, Tags } from './core/tags';
import { EndpointConfigs } from './endpoints/configs';
import { Invocations } from './endpoints/invoke';
import { Models } from './endpoints/models';
import { Endpoints } from './endpoints/operations';
import { ProcessingJobs } from './jobs/processing';
import { TrainingJobs } from './jobs/training';
import { Pipelines } from './pipelines/operations';
import { PythonHost } from './processes/python-host';
import { RegistryBook } from './registry/book';
import { groupOperations } from './registry/groups';
import { ModelPackages } from './registry/packages';

/** After its end a service must not act on a cloud that is being taken down. */
function whileActive(cloud: LocalCloud, active: () => boolean): LocalCloud {
  return {
    endpoint: cloud.endpoint,
    region: cloud.region,
    folder: cloud.folder,
    clock: cloud.clock,
    faults: cloud.faults,
    python: cloud.python,
    credentialsOf: (roleArn, sessionName, service) => cloud.credentialsOf(roleArn, sessionName, service),
    credentialsOfService: (service) => cloud.credentialsOfService(service),
    require: async (credentials, permissions) => cloud.require(credentials, permissions),
    emit: (event) => void (active() && cloud.emit(event)),
    putServiceMetric: (accountId, datum) => void (active() && cloud.putServiceMetric(accountId, datum)),
    log: (service, message) => void (active() && cloud.log(service, message)),
  };
}

export interface SageMakerOptions {
  /**
   * Whether jobs and model servers see their folder as `/opt/ml` and have no network, where the machine allows it. Without, their paths are rewritten in
   * arguments and `SM_*` variables.
   *
   * @default true
   */
  readonly namespaces?: boolean;
}

/**
 * The local SageMaker: jobs and model servers are real Python processes, pipelines run their steps, endpoints shift real traffic.
 *
 * Instance types and counts, VPCs, volumes and images are recorded, not acted on: every script runs in the project's Python environment.
 */
export function createSageMakerService(given: LocalCloud, options: SageMakerOptions = {}): LocalService {
  let active = true;
  const cloud = whileActive(given, () => active);
  const tags = new Tags();
  const book = new RegistryBook();
  const host = new PythonHost(cloud.python, (message) => cloud.log('sagemaker', message), options.namespaces);
  const processing = new ProcessingJobs(cloud, host, tags);
  const training = new TrainingJobs(cloud, host, tags);
  const jobEnded = async (arn: string): Promise<void> => {
    const type = parseArn(arn)?.type;
    await (type === 'processing-job' ? processing.ended(arn) : type === 'training-job' ? training.ended(arn) : undefined);
  };
  const pipelines = new Pipelines(cloud, tags, jobEnded);
  const models = new Models(cloud, book, tags);
  const endpoints: Endpoints = new Endpoints({ cloud, host, models, tags }, () => configs);
  const configs = new EndpointConfigs(models, tags, (config, place) => endpoints.userOf(config, place));
  const invocations = new Invocations(cloud, endpoints);
  return {
    name: 'sagemaker',
    protocol: 'json',
    sdk,
    operations: {
      ...processing.operations(),
      ...training.operations(),
      ...pipelines.operations(),
      ...groupOperations(book, tags),
      ...new ModelPackages(cloud, book, tags).operations(),
      ...models.operations(),
      ...configs.operations(),
      ...endpoints.operations(),
      ...tagOperations(tags),
    },
    nameHttp: (call) => invocations.name(call),
    handleHttp: (call) => invocations.handle(call),
    start: async () => {
      // In the background: Python loads its libraries while the rest of the local AWS starts. A failure shows at the first job.
      host.capabilities().catch((error: Error) => cloud.log('sagemaker', error.message));
    },
    stop: async () => {
      active = false;
      await Promise.all([host.stop(), pipelines.stop(), endpoints.stop()]);
    },
  };
}
