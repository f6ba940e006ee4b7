import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { Events, type ReleasePin } from '../../lambda/shared/process/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { StarterEnv } from '../../lambda/starter/contract';
import { names, type Place } from '../config/names';
import { MachineStarter } from '../core/machines/machine-starter';

/** Properties of {@link DevelopmentTriggers}. */
export interface DevelopmentTriggersProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly stateMachineName: string;
  /** Code that runs start with from now on. */
  readonly release: ReleasePin;
}

/**
 * What starts development: a complete delivery of training data, a request of the monitoring, and the declared schedule. A release of code starts
 * nothing; it is what the next run uses.
 */
export class DevelopmentTriggers extends Construct {
  public readonly starter: MachineStarter;

  constructor(scope: Construct, id: string, { place, project, stateMachineName, release }: DevelopmentTriggersProps) {
    super(scope, id);
    const { name: model, training } = project.declaration;
    this.starter = new MachineStarter(this, 'Starter', {
      place,
      project,
      machine: 'development',
      stateMachineName,
      environment: { [StarterEnv.RELEASE]: Stack.of(this).toJsonString(release) },
    });
    this.starter.onEvent('NewData', `A delivery of training data of ${model} is complete`, {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [names.bucket(place, 'data')] },
        object: { key: [{ wildcard: `${Layout.trainingPrefix(model)}*/${Layout.DELIVERY_MARKER}` }] },
      },
    });
    this.starter.onEvent(
      'RetrainingRequested',
      `The monitoring of ${model} asks for retraining`,
      { source: [Events.SOURCE], detailType: [Events.RETRAINING_REQUESTED], detail: { model: [model] } },
      events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment)),
    );
    if (training.schedule !== undefined) {
      this.starter.onSchedule('Schedule', `Trains ${model}`, training.schedule);
    }
  }
}
