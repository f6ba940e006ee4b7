import { Arn, ArnFormat, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { developmentPlace, type EnvironmentConfig, type PromotionChain, servingPlace } from '../config/environment';
import { imageRepositoryArn } from '../config/images';
import { names } from '../config/names';
import { environmentKeyArn } from '../core/environment-defaults';
import { StackNetwork } from '../core/network/stack-network';
import { ManagedRole } from '../core/policies/managed-role';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { readEnvironmentObjects } from '../core/storage/foreign-objects';
import { EndpointMetrics, MICROSECONDS } from './endpoint-metrics';
import { TrafficRouting } from './traffic-routing';

type Limits = Pick<ModelProjectData['declaration']['serving']['rollout'], 'maximumErrorShare' | 'maximumLatencyMilliseconds'>;

/** Properties of {@link ModelEndpoint}. */
export interface ModelEndpointProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly project: ModelProjectData;
  /** @default - the routing that the environment declares */
  readonly routing?: TrafficRouting;
}

/**
 * Everything about a model's endpoint that outlives its versions: names, shape, routing, the role of its models, standing alarms.
 *
 * The endpoint itself is made and changed by the release machines and not by CloudFormation: a new model needs no deployment, and a deployment
 * never touches the model that serves.
 */
export class ModelEndpoint extends Construct {
  public readonly endpointName: string;
  public readonly endpointArn: string;
  public readonly metrics: EndpointMetrics;
  /** Of models, endpoint configurations and their versions: `<env>-<model>-v<version>-<suffix>`. */
  public readonly fleetNamePrefix: string;
  public readonly routing: TrafficRouting;
  public readonly instanceType: string;
  public readonly instanceCount: number;
  /** ARN of the key of the instances' storage: the environment's. */
  public readonly keyArn: string;
  /** Role of the model containers. */
  public readonly executionRole: iam.Role;

  constructor(scope: Construct, id: string, props: ModelEndpointProps) {
    super(scope, id);
    const { environment, chain, project } = props;
    const model = project.declaration.name;
    const place = servingPlace(environment);
    this.endpointName = names.endpoint(place.environment, model);
    this.metrics = new EndpointMetrics(this.endpointName);
    this.endpointArn = this.sageMakerArn('endpoint', this.endpointName);
    this.fleetNamePrefix = `${place.environment}-${model}-v`;
    this.routing = props.routing ?? TrafficRouting.fromConfig(environment.serving.endpoint.routing);
    this.instanceType = project.declaration.serving.instanceType;
    this.instanceCount = environment.serving.endpoint.instanceCount;
    this.keyArn = environmentKeyArn(this, place.environment);
    // SageMaker would make it when a container first writes: without a key, and for good.
    new logs.LogGroup(this, 'Logs', { logGroupName: `/aws/sagemaker/Endpoints/${this.endpointName}`, retention: environment.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.executionRole = this.makeExecutionRole(names.role(place.environment, model, 'model'), chain, model);
  }

  /** ARN of a model or an endpoint configuration of this endpoint, whatever its version. */
  public fleetArn(resource: 'model' | 'endpoint-config'): string {
    return this.sageMakerArn(resource, `${this.fleetNamePrefix}*`);
  }

  /**
   * Alarms on the endpoint as a whole, whichever version serves: what callers feel. They carry no action; add one to each.
   *
   * @param limits Of the project's declaration: the same that roll a shift back
   */
  public addAlarms({ maximumErrorShare, maximumLatencyMilliseconds }: Limits): cloudwatch.Alarm[] {
    const common = {
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    };
    const advice = `See which version serves (sagemaker describe-endpoint --endpoint-name ${this.endpointName}) and the log group /aws/sagemaker/Endpoints/${this.endpointName}; to go back, approve the previous model package again, with an approval description of its own.`;
    return [
      this.metrics.serverErrors().createAlarm(this, 'ServerErrors', {
        ...common,
        alarmName: `${this.endpointName}-server-errors`,
        threshold: maximumErrorShare,
        alarmDescription: `More than ${100 * maximumErrorShare} % of the requests to ${this.endpointName} fail in the model. ${advice}`,
      }),
      this.metrics.modelLatency().createAlarm(this, 'Latency', {
        ...common,
        alarmName: `${this.endpointName}-latency`,
        threshold: maximumLatencyMilliseconds * MICROSECONDS,
        alarmDescription: `One request in a hundred to ${this.endpointName} takes longer than ${maximumLatencyMilliseconds} ms in the model (the metric is in microseconds). Compare it with the number of requests: more load asks for more instances. ${advice}`,
      }),
    ];
  }

  private sageMakerArn(resource: string, resourceName: string): string {
    return Arn.format({ service: 'sagemaker', resource, resourceName }, Stack.of(this));
  }

  private makeExecutionRole(roleName: string, chain: PromotionChain, model: string): iam.Role {
    const { account, region } = Stack.of(this);
    const role = new ManagedRole(this, 'ExecutionRole', {
      roleName,
      description: `Role of the model containers of ${this.endpointName}`,
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    });
    // Bucket and key policies of the development side name accounts and the model's tag, never a role that may not be there yet.
    Tags.of(role).add('model', model);
    const groups = Arn.format(
      { service: 'logs', resource: 'log-group', resourceName: `/aws/sagemaker/Endpoints/${this.endpointName}*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME },
      Stack.of(this),
    );
    acknowledgeWildcard(role, groups, 'The log group of the endpoint and its streams, whose names SageMaker chooses.');
    acknowledgeWildcard(role, '*', 'ecr:GetAuthorizationToken and cloudwatch:PutMetricData have no resource-level permissions (Service Authorization Reference).');
    const statements = [
      ...readEnvironmentObjects(role, {
        owner: developmentPlace(chain.production),
        purpose: 'artifacts',
        prefix: `${model}/runs/`,
        reason: 'Model artifacts of this model: their keys hold the names of development runs.',
      }),
      new iam.PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [imageRepositoryArn('sagemaker-scikit-learn', region)],
      }),
      new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken', 'cloudwatch:PutMetricData'], resources: ['*'] }),
      new iam.PolicyStatement({ actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], resources: [groups] }),
    ];
    statements.forEach((statement) => role.addToPolicy(statement));
    const network = StackNetwork.of(this);
    if (network !== undefined) {
      role.addManagedPolicy(network.policy('containers'));
    }
    return role;
  }
}
