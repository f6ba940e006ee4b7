import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../../lambda/shared/project/contract';
import { StackNetwork } from '../network/stack-network';
import { tracingPolicy } from '../observability';
import { acknowledgeRule } from '../policies/acknowledge';
import { ManagedRole } from '../policies/managed-role';
import { DeadLetterQueue } from './dead-letter-queue';
import { bundleHandler } from './handler-bundle';

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
   * Queue for events that the function failed on for good: of callers that do not wait for an answer, such as events and schedules.
   * @default - the stack's one queue for functions that are only called by those who wait
   */
  readonly deadLetterQueue?: sqs.IQueue;
  /** Executions at a time, taken from what the account may run. @default - shares the account's executions */
  readonly reservedConcurrency?: number;
  /** @default 1 year; the EU AI Act asks for at least six months of logs, and CloudWatch's next smaller step is 180 days */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * A Lambda function of this blueprint: bundled from `lambda/<handler>/`, with a role of its own that may write its log and nothing else,
 * until statements are given. Runs in the network of its stack, where there is one. A published version pins what a running state machine calls.
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
      deadLetterQueue: props.deadLetterQueue ?? sharedQueue(this),
      reservedConcurrentExecutions: props.reservedConcurrency,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    // The L2's property would put the wildcard of X-Ray beside the function's own permissions.
    (this.function.node.defaultChild as lambda.CfnFunction).tracingConfig = { mode: lambda.Tracing.ACTIVE };
    this.enterNetwork();
    this.version = this.function.currentVersion;
    this.explain(props);
  }

  /** The L2's property would attach a policy that AWS manages, which allows more. */
  private enterNetwork(): void {
    const network = StackNetwork.of(this);
    if (network !== undefined) {
      (this.function.node.defaultChild as lambda.CfnFunction).vpcConfig = network.placement('functions');
      this.role.addManagedPolicy(network.policy('functions'));
    }
  }

  private explain({ reservedConcurrency }: HandlerFunctionProps): void {
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

/** What a person or a tool sends to a function without waiting for the answer is not lost either. */
function sharedQueue(scope: Construct): sqs.IQueue {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild('Unanswered');
  return existing instanceof sqs.Queue ? existing : new DeadLetterQueue(stack, 'Unanswered');
}
