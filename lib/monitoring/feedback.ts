import { Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { HandlerFunction } from '../core/functions/handler-function';
import { allowObjects } from '../core/storage/object-access';
import { NAMED_LATER, readLabels, readWindows, useHistory } from './window-access';

/** Properties of {@link Feedback}. */
export interface FeedbackProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Where the model is developed: receives the labelled data and the request. */
  readonly development: Place;
  readonly duckDb: lambda.ILayerVersion;
}

/**
 * The way back from production to development: joins what was predicted with the labels that arrived, delivers it as training data and asks for
 * retraining in an event. It starts nothing itself; whoever develops the model decides what follows from the event.
 */
export class Feedback extends Construct {
  public readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, { place, project, development, duckDb }: FeedbackProps) {
    super(scope, id);
    const model = project.declaration.name;
    const data = names.bucket(development, 'data');
    const bus = `arn:${Stack.of(this).partition}:events:${development.region}:${development.account}:event-bus/${names.eventBus(development.environment)}`;
    this.handler = new HandlerFunction(this, 'Function', {
      handler: 'feedback',
      description: `Delivers labelled production data and asks for retraining (${model}, ${place.environment})`,
      roleName: names.role(place.environment, model, 'feedback'),
      project,
      layers: [duckDb],
      memory: Size.mebibytes(3008),
      timeout: Duration.minutes(15),
      ephemeralStorage: Size.gibibytes(4),
      environment: { [Env.DATA_BUCKET]: data, [Env.EVENT_BUS_NAME]: bus, [Env.STATE_TABLE]: names.stateTable(place.environment, model) },
      statements: [
        new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [bus] }),
        useHistory(this, place, model, ['GetItem', 'PutItem']),
      ],
    });
    const deliveries = { bucketName: data, prefix: Layout.feedbackPrefix(model), actions: ['s3:PutObject'], reason: NAMED_LATER };
    this.handler.role.addToPolicy(allowObjects(this.handler, deliveries));
    readWindows(this.handler, place, model);
    readLabels(this.handler, development, model);
  }
}
