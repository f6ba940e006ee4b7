import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/contract';
import { acknowledgeRule } from './acknowledge';
import { bundleHandler } from './handler-bundle';
import { ManagedRole } from './managed-role';
import { tracingPolicy } from './observability';

/** Properties of {@link HandlerFunction}. */
export interface HandlerFunctionProps {
  /** Folder under `lambda/`, e.g. `gate`. Its `index.ts` exports `handler`. */
  readonly handler: string;
  readonly description: string;
  /** Model project to bundle beside the code. @default - none */
  readonly project?: ModelProjectData;
  readonly environment?: Record<string, string>;
  /** @default - no statements; the function may only write its own log */
  readonly statements?: iam.PolicyStatement[];
  /** @default 512 MiB */
  readonly memory?: Size;
  /** @default 1 minute */
  readonly timeout?: Duration;
  /** Space in /tmp. @default 512 MiB */
  readonly ephemeralStorage?: Size;
  /** Layers, such as the DuckDB engine. @default - none */
  readonly layers?: lambda.ILayerVersion[];
  /** @default - named by CloudFormation */
  readonly functionName?: string;
  /** @default - named by CloudFormation */
  readonly roleName?: string;
  /**
   * Queue for events that the function failed on for good. Needed where events or schedules call the function: they do not wait for an answer.
   * @default - none: whoever calls waits for the answer and sees the error
   */
  readonly deadLetterQueue?: sqs.IQueue;
  /** Executions at a time, taken from what the account may run. @default - shares the account's executions */
  readonly reservedConcurrency?: number;
  /** @default 1 year; the EU AI Act asks for at least six months of logs, and CloudWatch's next smaller step is 180 days */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * A Lambda function of this blueprint: bundled from `lambda/<handler>/`, with a role of its own that may write its log and nothing else,
 * until statements are given. A published version pins what a running state machine calls.
 */
export class HandlerFunction extends Construct {
  public readonly function: lambda.Function;
  /** The published version: what state machines call. */
  public readonly version: lambda.IVersion;
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new ManagedRole(this, 'Role', {
      roleName: props.roleName,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Role of the function: ${props.description}`,
    });
    this.role.addManagedPolicy(tracingPolicy(this));
    this.role.addToPolicy(
      new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
    );
    for (const statement of props.statements ?? []) {
      this.role.addToPolicy(statement);
    }
    this.function = new lambda.Function(this, 'Resource', {
      functionName: props.functionName,
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.X86_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundleHandler(props.handler, props.project)),
      role: this.role,
      logGroup,
      memorySize: (props.memory ?? Size.mebibytes(512)).toMebibytes(),
      timeout: props.timeout ?? Duration.minutes(1),
      ephemeralStorageSize: props.ephemeralStorage,
      environment: props.environment,
      layers: props.layers,
      deadLetterQueue: props.deadLetterQueue,
      reservedConcurrentExecutions: props.reservedConcurrency,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    // The L2's property would put the wildcard of X-Ray beside the function's own permissions.
    (this.function.node.defaultChild as lambda.CfnFunction).tracingConfig = { mode: lambda.Tracing.ACTIVE };
    this.version = this.function.currentVersion;
    this.explain(props);
  }

  private explain({ deadLetterQueue, reservedConcurrency }: HandlerFunctionProps): void {
    if (deadLetterQueue === undefined) {
      acknowledgeRule(
        this,
        'LambdaDLQ',
        ['HIPAA.Security', 'NIST.800.53.R5', 'Serverless'],
        'Called synchronously alone: its caller gets every error, and a dead-letter queue receives only events of asynchronous calls. A test holds that no rule or schedule calls it.',
      );
    }
    if (reservedConcurrency === undefined) {
      acknowledgeRule(
        this,
        'LambdaConcurrency',
        ['HIPAA.Security', 'NIST.800.53.R5'],
        'What calls it is bounded: one execution per subject and one lock per endpoint (docs/decisions/0003-concurrency-is-bounded-by-callers.md).',
      );
    }
  }
}
