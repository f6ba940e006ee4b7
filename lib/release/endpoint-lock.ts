import { Arn, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type EndpointLock as LockItem, lockKey } from '../../lambda/shared/release/contract';
import { acknowledgeRule } from '../core/policies/acknowledge';
import { awsCall } from './aws-call';

/** Properties of {@link StateTable}. */
export interface StateTableProps {
  readonly tableName: string;
  readonly removalPolicy: RemovalPolicy;
}

/** Table with what the serving side of a model must remember: endpoint locks and the history of the monitor. */
export class StateTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, props: StateTableProps) {
    super(scope, id, {
      tableName: props.tableName,
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'ttl',
      removalPolicy: props.removalPolicy,
    });
    acknowledgeRule(
      this,
      'DynamoDBInBackupPlan',
      ['HIPAA.Security', 'NIST.800.53.R5'],
      'Point-in-time recovery restores any second of the last 35 days; older locks are void and older windows of the monitor lie in the evidence bucket.',
    );
  }
}

/** Properties of {@link EndpointLock}. */
export interface EndpointLockProps {
  readonly tableName: string;
  readonly endpointName: string;
  readonly machine: LockItem['machine'];
  /** Longest time that an execution may hold the lock. */
  readonly validity: Duration;
}

/**
 * Reserves an endpoint for one execution. The execution's variables `fleetName`, `modelPackageArn` and `packageDigest` must be set before: the lock
 * names what the execution is about to make.
 */
export class EndpointLock extends Construct {
  private readonly tableArn: string;

  constructor(scope: Construct, id: string, private readonly props: EndpointLockProps) {
    super(scope, id);
    this.tableArn = Arn.format({ service: 'dynamodb', resource: 'table', resourceName: props.tableName }, Stack.of(this));
  }

  /** Takes the lock, waiting while another execution has it, then goes on to `next`. */
  public acquire(next: sfn.IChainable): sfn.IChainable {
    const { tableName, endpointName, machine, validity } = this.props;
    const text = (S: string): object => ({ S });
    const item: Record<keyof LockItem, object> = {
      pk: text(lockKey(endpointName)),
      owner: text(EXECUTION),
      machine: text(machine),
      endpointName: text(endpointName),
      fleetName: text('{% $fleetName %}'),
      modelPackageArn: text('{% $modelPackageArn %}'),
      packageDigest: text('{% $packageDigest %}'),
      ttl: { N: `{% $string($floor($millis() / 1000) + ${validity.toSeconds()}) %}` },
    };
    const take = awsCall(this, 'Lock endpoint', {
      service: 'dynamodb',
      action: 'putItem',
      resources: [this.tableArn],
      parameters: {
        TableName: tableName,
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner OR #ttl < :now',
        ExpressionAttributeNames: { '#owner': 'owner', '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':owner': text(EXECUTION), ':now': { N: '{% $string($floor($millis() / 1000)) %}' } },
      },
    });
    const wait = sfn.Wait.jsonata(this, 'Wait for the endpoint lock', { time: sfn.WaitTime.duration(Duration.seconds(60)) });
    take.addCatch(wait, { errors: ['DynamoDb.ConditionalCheckFailedException'] });
    wait.next(take);
    take.next(next);
    return take;
  }

  /** Gives the lock back; a lock that another execution has taken over meanwhile stays. */
  public release(id = 'Unlock endpoint'): sfn.TaskStateBase & sfn.INextable {
    return awsCall(this, id, {
      service: 'dynamodb',
      action: 'deleteItem',
      resources: [this.tableArn],
      parameters: {
        TableName: this.props.tableName,
        Key: { pk: { S: lockKey(this.props.endpointName) } },
        ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': { S: EXECUTION } },
      },
    });
  }
}

const EXECUTION = '{% $states.context.Execution.Id %}';
