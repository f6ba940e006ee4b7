import { Arn, Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { metricNamespace } from '../../lambda/reconcile/contract';
import { Env, Layout, type ModelProjectData } from '../../lambda/shared/contract';
import { names, type Place } from '../config/names';
import { DuckDbLayer } from '../core/duckdb-layer';
import { readEnvironmentObjects } from '../core/foreign-objects';
import { HandlerFunction } from '../core/handler-function';
import { allowListing, allowObjects } from '../core/object-access';
import { acknowledgeWildcard } from '../core/wildcards';

/** Properties of {@link MonitorHandlers}. */
export interface MonitorHandlersProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Where models are developed: owner of the labels and of the reference, and receiver of feedback. */
  readonly development: Place;
}

type Options = Partial<ConstructorParameters<typeof HandlerFunction>[2]>;

const NAMED_LATER = 'Objects of windows, runs and deliveries: their keys are known only when they arise.';

/** The functions of the monitor, each with the permissions of its one job. */
export class MonitorHandlers extends Construct {
  public readonly window: HandlerFunction;
  public readonly drift: HandlerFunction;
  public readonly quality: HandlerFunction;
  public readonly decide: HandlerFunction;
  public readonly feedback: HandlerFunction;
  private readonly model: string;
  private readonly engine: { readonly layers: lambda.ILayerVersion[]; readonly memory: Size; readonly timeout: Duration; readonly ephemeralStorage: Size };

  constructor(scope: Construct, id: string, private readonly props: MonitorHandlersProps) {
    super(scope, id);
    this.model = props.project.declaration.name;
    this.engine = { layers: [new DuckDbLayer(this, 'DuckDb')], memory: Size.mebibytes(3008), timeout: Duration.minutes(15), ephemeralStorage: Size.gibibytes(4) };
    this.window = this.makeWindow();
    this.drift = this.make('Drift', 'drift-check', 'Compares a window with the champion\'s reference', this.engine);
    this.readWindow(this.drift);
    this.readArtifacts(this.drift);
    this.quality = this.make('Quality', 'quality-check', 'Measures the model on labels that arrived', this.engine);
    this.readWindow(this.quality);
    this.readLabels(this.quality);
    this.decide = this.makeDecide();
    this.feedback = this.makeFeedback();
  }

  private makeWindow(): HandlerFunction {
    const { place } = this.props;
    const evidence = names.bucket(place, 'evidence');
    const handler = this.make('Window', 'monitor-window', 'Finds the next stretch of production to look at', {
      ...this.engine,
      environment: {
        [Env.INFERENCE_LOG_BUCKET]: names.bucket(place, 'inference-log'),
        [Env.EVIDENCE_BUCKET]: evidence,
        [Env.STATE_TABLE]: names.stateTable(place.environment, this.model),
      },
      statements: [
        new iam.PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [this.tableArn()] }),
        new iam.PolicyStatement({
          actions: ['ssm:GetParameter'],
          resources: [Arn.format({ service: 'ssm', resource: 'parameter', resourceName: Layout.championParameter(this.model).slice(1) }, Stack.of(this))],
        }),
      ],
    });
    const windows = { bucketName: evidence, prefix: `${this.model}/monitoring/`, actions: ['s3:GetObject', 's3:PutObject'], reason: NAMED_LATER };
    handler.role.addToPolicy(allowObjects(handler, windows));
    this.readLog(handler);
    this.readLabels(handler);
    return handler;
  }

  private makeDecide(): HandlerFunction {
    const { place } = this.props;
    const handler = this.make('Decide', 'monitor-decide', 'Publishes what a window showed and decides about retraining', {
      environment: { [Env.ENVIRONMENT]: place.environment, [Env.STATE_TABLE]: names.stateTable(place.environment, this.model) },
      statements: [
        new iam.PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [this.tableArn()] }),
        new iam.PolicyStatement({
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': metricNamespace(this.model) } },
        }),
      ],
    });
    acknowledgeWildcard(handler, '*', 'cloudwatch:PutMetricData has no resource-level permissions; a condition holds it to the model\'s namespace.');
    this.readEvidence(handler, `${this.model}/gates/monitor/`);
    return handler;
  }

  private makeFeedback(): HandlerFunction {
    const { place, development } = this.props;
    const data = names.bucket(development, 'data');
    const bus = `arn:${Stack.of(this).partition}:events:${development.region}:${development.account}:event-bus/${names.eventBus(development.environment)}`;
    const handler = this.make('Feedback', 'feedback', 'Delivers labelled production data and asks for retraining', {
      ...this.engine,
      environment: { [Env.DATA_BUCKET]: data, [Env.EVENT_BUS_NAME]: bus, [Env.STATE_TABLE]: names.stateTable(place.environment, this.model) },
      statements: [
        new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [bus] }),
        new iam.PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [this.tableArn()] }),
      ],
    });
    const deliveries = { bucketName: data, prefix: Layout.feedbackPrefix(this.model), actions: ['s3:PutObject'], reason: NAMED_LATER };
    handler.role.addToPolicy(allowObjects(handler, deliveries));
    this.readWindow(handler);
    this.readLabels(handler);
    return handler;
  }

  /** The manifest of a window and the objects that it names. */
  private readWindow(handler: HandlerFunction): void {
    this.readEvidence(handler, `${this.model}/monitoring/`);
    const objects = { bucketName: names.bucket(this.props.place, 'inference-log'), prefix: Layout.inferencePrefix(this.model), actions: ['s3:GetObject'], reason: NAMED_LATER };
    handler.role.addToPolicy(allowObjects(handler, objects));
  }

  private readEvidence(handler: HandlerFunction, prefix: string): void {
    const objects = { bucketName: names.bucket(this.props.place, 'evidence'), prefix, actions: ['s3:GetObject'], reason: NAMED_LATER };
    handler.role.addToPolicy(allowObjects(handler, objects));
  }

  private readLog(handler: HandlerFunction): void {
    const bucketName = names.bucket(this.props.place, 'inference-log');
    const prefix = Layout.inferencePrefix(this.model);
    handler.role.addToPolicy(allowObjects(handler, { bucketName, prefix, actions: ['s3:GetObject'], reason: NAMED_LATER }));
    handler.role.addToPolicy(allowListing(handler, bucketName, [prefix]));
  }

  private readLabels(handler: HandlerFunction): void {
    const { development } = this.props;
    const prefix = Layout.labelsPrefix(this.model);
    readEnvironmentObjects(handler, { owner: development, purpose: 'data', prefix, reason: NAMED_LATER }).forEach((statement) =>
      handler.role.addToPolicy(statement),
    );
    handler.role.addToPolicy(allowListing(handler, names.bucket(development, 'data'), [prefix]));
  }

  private readArtifacts(handler: HandlerFunction): void {
    readEnvironmentObjects(handler, { owner: this.props.development, purpose: 'artifacts', prefix: `${this.model}/runs/`, reason: NAMED_LATER }).forEach(
      (statement) => handler.role.addToPolicy(statement),
    );
  }

  private tableArn(): string {
    const resourceName = names.stateTable(this.props.place.environment, this.model);
    return Arn.format({ service: 'dynamodb', resource: 'table', resourceName }, Stack.of(this));
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
