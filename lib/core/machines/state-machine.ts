import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { names } from '../../config/names';
import { lit, ValidationError } from '../errors';
import { logDeliveryPolicy, machineTracingPolicy } from '../observability';
import { ManagedRole } from '../policies/managed-role';

/** Step Functions allows this many characters in the name of a state machine. */
const MAXIMUM_NAME_LENGTH = 80;

/** Properties of {@link ProcessStateMachine}. */
export interface ProcessStateMachineProps {
  /** Physical name, from `names.stateMachine(...)`: other stacks and accounts find the machine by it. */
  readonly stateMachineName: string;
  /** Physical name of the machine's role. @default - the machine's name with `mlops-` in front and `-machine` behind */
  readonly roleName?: string;
  readonly comment: string;
  /** States in JSONata. */
  readonly definition: sfn.DefinitionBody | sfn.IChainable;
  /** After this time the execution ends in `TIMED_OUT`, which the janitor answers. */
  readonly timeout: Duration;
  /** Permissions that the tasks of the definition do not bring by themselves. @default - none */
  readonly statements?: iam.PolicyStatement[];
  /** @default 1 year; the EU AI Act asks for at least six months of logs, and CloudWatch's next smaller step is 180 days */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * A state machine of the process: JSONata, every event logged, traced, ended by a timeout, with a name and a role of its own.
 */
export class ProcessStateMachine extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  public readonly role: iam.Role;
  public readonly stateMachineArn: string;
  public readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: ProcessStateMachineProps) {
    super(scope, id);
    if (props.stateMachineName.length > MAXIMUM_NAME_LENGTH) {
      throw new ValidationError(
        lit`StateMachineName`,
        `stateMachineName must have at most ${MAXIMUM_NAME_LENGTH} characters (Step Functions' limit), got ${props.stateMachineName.length} in ` +
          `"${props.stateMachineName}"; shorten the model's or the environment's name`,
        this,
      );
    }
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      // Under this prefix the service needs no statement per log group in the account's resource policy, which holds ten at most.
      logGroupName: `/aws/vendedlogs/states/${props.stateMachineName}`,
      retention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new ManagedRole(this, 'Role', {
      roleName: props.roleName ?? names.machineRole(props.stateMachineName),
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } } }),
      description: `Role of the state machine ${props.stateMachineName}`,
    });
    for (const statement of props.statements ?? []) {
      this.role.addToPolicy(statement);
    }
    this.stateMachine = new sfn.StateMachine(this, 'Resource', {
      stateMachineName: props.stateMachineName,
      comment: props.comment,
      definitionBody: props.definition instanceof sfn.DefinitionBody ? props.definition : sfn.DefinitionBody.fromChainable(props.definition),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      timeout: props.timeout,
      role: this.role,
    });
    this.stateMachineArn = this.stateMachine.stateMachineArn;
    this.observe();
  }

  /**
   * Logging and tracing, set on the resource instead of through the L2's properties: the L2 would mix their statements on `*` with the machine's
   * own permissions, and one acknowledgement would then hide a wildcard of the process.
   */
  private observe(): void {
    [machineTracingPolicy(this), logDeliveryPolicy(this)].forEach((policy) => this.role.addManagedPolicy(policy));
    const resource = this.stateMachine.node.defaultChild as sfn.CfnStateMachine;
    resource.tracingConfiguration = { enabled: true };
    resource.loggingConfiguration = {
      level: 'ALL',
      includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: this.logGroup.logGroupArn } }],
    };
  }
}
