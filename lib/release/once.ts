import { Arn, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type ApprovalClaim, approvalKey } from '../../lambda/shared/release/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { awsCall } from './aws-call';

/** Properties of {@link Once}. */
export interface OnceProps {
  readonly place: Place;
  readonly model: string;
}

/**
 * States that keep a promotion from being done twice. An approval is acted on once, since SageMaker tells of an approval and of any other change of an
 * approved package in the same words; and what serves already is not rolled out again, whoever approved it how often.
 * The variables `package`, `modelPackageArn` and `packageDigest` must be set before.
 */
export class Once extends Construct {
  constructor(scope: Construct, id: string, private readonly props: OnceProps) {
    super(scope, id);
  }

  /** Claims the approval, then goes on; an approval that another execution has claimed ends here. */
  public claimApproval(next: sfn.IChainable): sfn.IChainable {
    const { place, model } = this.props;
    const tableName = names.stateTable(place.environment, model);
    const item: Record<keyof ApprovalClaim, object> = {
      pk: { S: `{% '${approvalKey('')}' & $package.approval %}` },
      owner: { S: EXECUTION },
      modelPackageArn: { S: '{% $modelPackageArn %}' },
      packageDigest: { S: '{% $packageDigest %}' },
      claimedAt: { S: '{% $now() %}' },
    };
    const claim = awsCall(this, 'Claim approval', {
      service: 'dynamodb',
      action: 'putItem',
      resources: [Arn.format({ service: 'dynamodb', resource: 'table', resourceName: tableName }, Stack.of(this))],
      parameters: {
        TableName: tableName,
        Item: item,
        // A state that is tried again finds its own claim.
        ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': { S: EXECUTION } },
      },
    });
    claim.addCatch(
      this.decided(
        'Approval was acted on already',
        "{% $modelPackageArn & ' was promoted or refused on this approval already; to have it promoted again, approve it again with another approval description' %}",
      ),
      { errors: ['DynamoDb.ConditionalCheckFailedException'] },
    );
    claim.next(next);
    return claim;
  }

  /**
   * Goes on to `next` unless the package is the champion and serves. Asked under the endpoint's lock: what was true before it may have changed.
   *
   * @param unlock gives the lock back
   */
  public unlessItServes(describe: sfn.TaskStateBase & sfn.INextable, unlock: sfn.TaskStateBase & sfn.INextable, next: sfn.IChainable): sfn.IChainable {
    const name = Layout.championParameter(this.props.model);
    const read = awsCall(this, 'Look at champion', {
      service: 'ssm',
      action: 'getParameter',
      resources: [Arn.format({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }, Stack.of(this))],
      parameters: { Name: name },
      assign: { serving: '{% $parse($states.result.Parameter.Value) %}' },
    });
    read.addCatch(next, { errors: ['Ssm.ParameterNotFoundException'] });
    // A champion without an endpoint is brought back; whoever can't look at the endpoint finds out at the next state.
    describe.addCatch(next, { errors: ['States.ALL'] });
    unlock.next(this.decided('Serves already', "{% $modelPackageArn & ' is the champion and serves already' %}"));
    const serves = sfn.Condition.jsonata(
      "{% $states.input.EndpointConfigName = $serving.endpointConfigName and $states.input.EndpointStatus in ['InService', 'Updating', 'SystemUpdating'] %}",
    );
    describe.next(sfn.Choice.jsonata(this, 'Champion serves?').when(serves, unlock).otherwise(next));
    return read.next(sfn.Choice.jsonata(this, 'Champion already?').when(sfn.Condition.jsonata('{% $serving.packageDigest = $packageDigest %}'), describe).otherwise(next));
  }

  private decided(id: string, reason: string): sfn.Succeed {
    return sfn.Succeed.jsonata(this, id, { outputs: { outcome: 'alreadyDecided', reason } });
  }
}

const EXECUTION = '{% $states.context.Execution.Id %}';
