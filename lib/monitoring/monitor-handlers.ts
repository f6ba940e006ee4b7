import { Arn, Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { metricNamespace } from '../../lambda/reconcile/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { readEnvironmentObjects } from '../core/storage/foreign-objects';
import { allowListing, allowObjects } from '../core/storage/object-access';
import { NAMED_LATER, readEvidence, readLabels, readRecords, readWindows, useHistory } from './window-access';

/** Properties of {@link MonitorHandlers}. */
export interface MonitorHandlersProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Where the model is developed: owner of the labels and of the reference. */
  readonly development: Place;
  readonly duckDb: lambda.ILayerVersion;
}

type Options = Partial<ConstructorParameters<typeof HandlerFunction>[2]>;

/** The functions of the monitor, each with the permissions of its one job. */
export class MonitorHandlers extends Construct {
  public readonly window: HandlerFunction;
  public readonly drift: HandlerFunction;
  public readonly quality: HandlerFunction;
  public readonly decide: HandlerFunction;
  private readonly model: string;
  private readonly engine: Options;

  constructor(scope: Construct, id: string, private readonly props: MonitorHandlersProps) {
    super(scope, id);
    const { place, project, development, duckDb } = props;
    this.model = project.declaration.name;
    this.engine = { layers: [duckDb], memory: Size.mebibytes(3008), timeout: Duration.minutes(15), ephemeralStorage: Size.gibibytes(4) };
    this.window = this.makeWindow();
    this.drift = this.make('Drift', 'drift-check', 'Compares a window with the champion\'s reference', this.engine);
    readWindows(this.drift, place, this.model);
    this.readReference(this.drift);
    this.quality = this.make('Quality', 'quality-check', 'Measures the model on labels that arrived', this.engine);
    readWindows(this.quality, place, this.model);
    this.readReference(this.quality);
    readLabels(this.quality, development, this.model);
    this.decide = this.makeDecide();
  }

  /** The champion's reference lies in the run that made it. */
  private readReference(handler: HandlerFunction): void {
    const { development } = this.props;
    readEnvironmentObjects(handler, { owner: development, purpose: 'artifacts', prefix: `${this.model}/runs/`, reason: NAMED_LATER }).forEach((statement) =>
      handler.role.addToPolicy(statement),
    );
  }

  private makeWindow(): HandlerFunction {
    const { place, development } = this.props;
    const evidence = names.bucket(place, 'evidence');
    const log = names.bucket(place, 'inference-log');
    const champion = Layout.championParameter(this.model).slice(1);
    const handler = this.make('Window', 'monitor-window', 'Finds the next stretch of production to look at', {
      ...this.engine,
      environment: { [Env.INFERENCE_LOG_BUCKET]: log, [Env.EVIDENCE_BUCKET]: evidence, [Env.STATE_TABLE]: names.stateTable(place.environment, this.model) },
      statements: [
        useHistory(this, place, this.model, ['GetItem']),
        new iam.PolicyStatement({
          actions: ['ssm:GetParameter'],
          resources: [Arn.format({ service: 'ssm', resource: 'parameter', resourceName: champion }, Stack.of(this))],
        }),
      ],
    });
    const windows = { bucketName: evidence, prefix: `${this.model}/monitoring/`, actions: ['s3:GetObject', 's3:PutObject'], reason: NAMED_LATER };
    handler.role.addToPolicy(allowObjects(handler, windows));
    readRecords(handler, place, this.model);
    handler.role.addToPolicy(allowListing(handler, log, [Layout.inferencePrefix(this.model)]));
    readLabels(handler, development, this.model);
    return handler;
  }

  private makeDecide(): HandlerFunction {
    const { place } = this.props;
    const handler = this.make('Decide', 'monitor-decide', 'Publishes what a window showed and decides about retraining', {
      environment: { [Env.ENVIRONMENT]: place.environment, [Env.STATE_TABLE]: names.stateTable(place.environment, this.model) },
      statements: [
        useHistory(this, place, this.model, ['GetItem', 'PutItem']),
        new iam.PolicyStatement({
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': metricNamespace(this.model) } },
        }),
      ],
    });
    acknowledgeWildcard(handler, '*', 'cloudwatch:PutMetricData has no resource-level permissions; a condition holds it to the model\'s namespace.');
    readEvidence(handler, place, `${this.model}/gates/monitor/`);
    return handler;
  }

  private make(id: string, handler: string, description: string, options: Options): HandlerFunction {
    const { place, project } = this.props;
    return new HandlerFunction(this, id, {
      handler,
      description: `${description} (${this.model}, ${place.environment})`,
      roleName: names.role(place.environment, this.model, handler),
      project,
      ...options,
    });
  }
}
