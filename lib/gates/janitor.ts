import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { WATCHED_MACHINES, type WatchedMachine } from '../../lambda/janitor/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { rolloutAlarms } from '../../lambda/shared/release/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from '../core/functions/dead-letter-queue';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { allowListing, allowObjects } from '../core/storage/object-access';
import { useStorageKey } from '../core/storage/storage-key';

/** A state machine by name, and what its executions owe. */
export interface WatchedStateMachine extends WatchedMachine {
  readonly stateMachineName: string;
}

/** What the machines make beside records. */
export interface WatchedEndpoint {
  readonly endpointName: string;
  /** Names of models and endpoint configurations begin with it. */
  readonly fleetNamePrefix: string;
  /** Key of the instances' storage, which a change of the endpoint needs. */
  readonly keyArn: string;
}

/** Properties of {@link Janitor}. */
export interface JanitorProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Word in names, unique within environment and model, e.g. `development`. */
  readonly purpose: string;
  readonly machines: readonly WatchedStateMachine[];
  /** @default - the machines make nothing that must be removed */
  readonly endpoint?: WatchedEndpoint;
}

/**
 * Answers executions that failed, ran out of time or were stopped: records the verdict that they owe as broken and removes what they own. So every
 * ending of a machine leads to a verdict and a clean world.
 */
export class Janitor extends Construct {
  public readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, { place, project, purpose, machines, endpoint }: JanitorProps) {
    super(scope, id);
    const model = project.declaration.name;
    const evidence = names.bucket(place, 'evidence');
    const arnOf = ({ stateMachineName }: WatchedStateMachine) =>
      Stack.of(this).formatArn({ service: 'states', resource: 'stateMachine', resourceName: stateMachineName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    const watched = Object.fromEntries(machines.map((machine) => [arnOf(machine), { machine: machine.machine, gates: machine.gates, comparison: machine.comparison, mode: machine.mode }]));
    const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    this.handler = new HandlerFunction(this, 'Function', {
      handler: 'janitor',
      description: `Records and cleans up after executions of ${model} that ended badly`,
      roleName: names.role(place.environment, model, `${purpose}-janitor`),
      project,
      deadLetterQueue,
      // An endpoint that is changing can't be touched: the janitor waits for it.
      timeout: Duration.minutes(15),
      environment: {
        [Env.ENVIRONMENT]: place.environment,
        [Env.EVIDENCE_BUCKET]: evidence,
        [WATCHED_MACHINES]: Stack.of(this).toJsonString(watched),
        ...(endpoint === undefined ? {} : { [Env.STATE_TABLE]: names.stateTable(place.environment, model), [Env.ENDPOINT_NAME]: endpoint.endpointName }),
      },
    });
    for (const gate of new Set(machines.flatMap(({ gates, comparison = [] }) => gates.concat(comparison)))) {
      this.allowVerdicts(evidence, `${model}/gates/${gate}/`);
    }
    if (endpoint !== undefined) {
      this.allowEndpoint(endpoint, names.stateTable(place.environment, model), model);
    }
    new events.Rule(this, 'Ended', {
      description: `Executions of ${model} that ended badly`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: machines.map(arnOf) },
      },
      targets: [
        new targets.LambdaFunction(this.handler.function, {
          deadLetterQueue,
          maxEventAge: Duration.hours(6),
          retryAttempts: 20,
        }),
      ],
    });
  }

  private allowVerdicts(bucketName: string, prefix: string): void {
    const { role } = this.handler;
    const reason = 'Verdicts of one gate: their keys hold the names of runs.';
    role.addToPolicy(allowObjects(this.handler, { bucketName, prefix, actions: ['s3:GetObject', 's3:PutObject'], reason }));
    role.addToPolicy(allowListing(this.handler, bucketName, [prefix]));
  }

  private allowEndpoint({ endpointName, fleetNamePrefix, keyArn }: WatchedEndpoint, tableName: string, model: string): void {
    const arn = (service: string, resource: string, resourceName: string, arnFormat?: ArnFormat) =>
      Stack.of(this).formatArn({ service, resource, resourceName, arnFormat });
    const fleets = ['model', 'endpoint-config'].map((resource) => arn('sagemaker', resource, `${fleetNamePrefix}*`));
    fleets.forEach((resource) => acknowledgeWildcard(this.handler, resource, 'Names of models and endpoint configurations hold version and execution.'));
    const [models = '', configs = ''] = fleets;
    const endpoint = arn('sagemaker', 'endpoint', endpointName);
    const alarms = Object.values(rolloutAlarms(endpointName)).map((name) => arn('cloudwatch', 'alarm', name, ArnFormat.COLON_RESOURCE_NAME));
    const statements: [string[], string[]][] = [
      [['sagemaker:DescribeEndpoint', 'sagemaker:DeleteEndpoint'], [endpoint]],
      [['sagemaker:UpdateEndpoint'], [endpoint, configs]],
      [['sagemaker:DeleteEndpointConfig'], [configs]],
      [['sagemaker:DeleteModel'], [models]],
      [['cloudwatch:DeleteAlarms'], alarms],
      [['dynamodb:GetItem', 'dynamodb:DeleteItem'], [arn('dynamodb', 'table', tableName)]],
      [['ssm:GetParameter'], [arn('ssm', 'parameter', Layout.championParameter(model).slice(1))]],
    ];
    statements.forEach(([actions, resources]) => this.handler.role.addToPolicy(new iam.PolicyStatement({ actions, resources })));
    useStorageKey(keyArn).forEach((statement) => this.handler.role.addToPolicy(statement));
  }
}
