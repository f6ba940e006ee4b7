import { createCloudFormationService } from '../cloudformation';
import { createCloudWatchService } from '../cloudwatch';
import type { Cloud } from '../core/cloud';
import { createEventsService } from '../events';
import { createLambdaService } from '../lambda';
import { createSageMakerService } from '../sagemaker';
import { createSchedulerService } from '../scheduler';
import { createStepFunctionsService } from '../stepfunctions';
import { createStsService } from '../sts';

/** Puts every service of our own into a local AWS; everything else is answered by its backend. */
export function registerServices(cloud: Cloud): void {
  const events = createEventsService(cloud);
  const metrics = createCloudWatchService(cloud);
  cloud.setEventSink(events);
  cloud.setMetricSink(metrics);
  const services = [
    createStsService(cloud, cloud.keys),
    events,
    metrics,
    createSchedulerService(cloud),
    createLambdaService(cloud),
    createSageMakerService(cloud),
    createStepFunctionsService(cloud),
    createCloudFormationService(cloud),
  ];
  for (const service of services) {
    cloud.register(service);
  }
}
