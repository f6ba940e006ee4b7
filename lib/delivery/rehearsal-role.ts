import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { ManagedRole } from '../core/policies/managed-role';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { allowListing, allowObjects, bucketArn } from '../core/storage/object-access';

/** Properties of {@link RehearsalRole}. */
export interface RehearsalRoleProps {
  /** Account beside whose environment rehearsals live. */
  readonly place: Place;
  /** Account whose builds rehearse. */
  readonly toolingAccount: string;
  /** Names of the models. */
  readonly models: readonly string[];
}

const NAMED = 'Names of rehearsals end in the number of their build; none reaches what belongs to the environment itself.';

/**
 * What a build may do beside deploying a rehearsal: hand it the environment's small data, watch the model go its way, and empty it before it is deleted.
 */
export class RehearsalRole extends Construct {
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, private readonly props: RehearsalRoleProps) {
    super(scope, id);
    const { place, toolingAccount } = props;
    this.role = new ManagedRole(this, 'Resource', {
      roleName: names.accessRole(place.environment, 'rehearsal'),
      description: `Runs and empties rehearsals of pull requests beside ${place.environment}`,
      assumedBy: new iam.PrincipalWithConditions(new iam.AccountPrincipal(toolingAccount), {
        ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${toolingAccount}:role/${names.rehearsalBuild()}` },
      }),
      maxSessionDuration: Duration.hours(2),
    });
    [...this.handOver(), ...this.watch(), ...this.empty()].forEach((statement) => this.role.addToPolicy(statement));
  }

  /** Small data of the environment, for the rehearsal's own data bucket. */
  private handOver(): iam.PolicyStatement[] {
    const { place, models } = this.props;
    const data = names.bucket(place, 'data');
    const prefixes = models.map((model) => Layout.trainingPrefix(model));
    return [
      ...prefixes.map((prefix) => allowObjects(this, { bucketName: data, prefix, actions: ['s3:GetObject'], reason: 'Deliveries are named by those who deliver.' })),
      allowListing(this, data, prefixes),
      allowObjects(this, { bucketName: this.bucket('data'), prefix: '', actions: ['s3:PutObject'], reason: NAMED }),
    ];
  }

  private watch(): iam.PolicyStatement[] {
    const machines = this.arn('states', 'stateMachine', `${this.rehearsals}-development`, ArnFormat.COLON_RESOURCE_NAME);
    const executions = this.arn('states', 'execution', `${this.rehearsals}-development:*`, ArnFormat.COLON_RESOURCE_NAME);
    const groups = this.arn('sagemaker', 'model-package-group', this.rehearsals);
    const packages = this.arn('sagemaker', 'model-package', `${this.rehearsals}/*`);
    return [
      this.allow(['states:ListExecutions'], machines),
      this.allow(['states:DescribeExecution'], executions),
      this.allow(['sagemaker:ListModelPackages'], groups),
      this.allow(['sagemaker:DescribeModelPackage', 'sagemaker:DeleteModelPackage'], packages),
    ];
  }

  /** CloudFormation deletes neither a bucket with objects nor a group with versions, and knows nothing of endpoints. */
  private empty(): iam.PolicyStatement[] {
    const buckets = bucketArn(this, this.bucket('*'));
    const objects = bucketArn(this, this.bucket('*'), '*');
    const endpoints = this.arn('sagemaker', 'endpoint', this.rehearsals);
    return [
      this.allow(['s3:ListBucketVersions'], buckets),
      this.allow(['s3:DeleteObject', 's3:DeleteObjectVersion'], objects),
      this.allow(['sagemaker:DeleteEndpoint', 'sagemaker:DescribeEndpoint'], endpoints),
    ];
  }

  private get rehearsals(): string {
    return names.rehearsal(this.props.place.environment, '*');
  }

  private bucket(purpose: string): string {
    return names.bucket({ ...this.props.place, environment: this.rehearsals }, purpose as 'data');
  }

  private arn(service: string, resource: string, resourceName: string, arnFormat = ArnFormat.SLASH_RESOURCE_NAME): string {
    return Stack.of(this).formatArn({ service, resource, resourceName, arnFormat });
  }

  private allow(actions: string[], resource: string): iam.PolicyStatement {
    acknowledgeWildcard(this, resource, NAMED);
    return new iam.PolicyStatement({ actions, resources: [resource] });
  }
}
