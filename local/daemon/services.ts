import { createAthenaService } from '../athena';
import { createCloudFormationService } from '../cloudformation';
import { createCloudWatchService, type CloudWatchService } from '../cloudwatch';
import type { Cloud } from '../core/cloud';
import type { KeyRing } from '../core/keys';
import type { LocalCloud, LocalService } from '../core/service';
import { createEventsService, type EventsService } from '../events';
import { createFirehoseService } from '../firehose';
import { createLambdaService } from '../lambda';
import { createSageMakerService } from '../sagemaker';
import { createSchedulerService } from '../scheduler';
import { createStepFunctionsService } from '../stepfunctions';
import { createStsService } from '../sts';

/** Every service of our own, and those among them that the local AWS itself talks to. */
export interface Services {
  readonly all: readonly LocalService[];
  readonly events: EventsService;
  readonly metrics: CloudWatchService;
}

/** Makes every service of our own; everything else is answered by the backend. */
export function createServices(cloud: LocalCloud, keys: KeyRing): Services {
  const events = createEventsService(cloud);
  const metrics = createCloudWatchService(cloud);
  return {
    events,
    metrics,
    all: [
      createStsService(cloud, keys),
      events,
      metrics,
      createSchedulerService(cloud),
      createFirehoseService(cloud),
      createAthenaService(cloud),
      createLambdaService(cloud),
      createSageMakerService(cloud),
      createStepFunctionsService(cloud),
      createCloudFormationService(cloud),
    ],
  };
}

/** Puts every service of our own into a local AWS. */
export function registerServices(cloud: Cloud): void {
  const { all, events, metrics } = createServices(cloud, cloud.keys);
  cloud.setEventSink(events);
  cloud.setMetricSink(metrics);
  for (const service of all) {
    cloud.register(service);
  }
}
