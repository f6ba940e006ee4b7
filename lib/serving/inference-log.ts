import { Arn, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { ManagedRole } from '../core/policies/managed-role';
import { allowListing, allowObjects, bucketArn } from '../core/storage/object-access';

/** Properties of {@link InferenceLog}. */
export interface InferenceLogProps {
  readonly place: Place;
  readonly model: string;
  readonly logRetention: logs.RetentionDays;
  /** Longest time for which records wait for more of them. Firehose's limits: 0 to 900 seconds. @default 60 seconds */
  readonly bufferTime?: Duration;
  /** Amount of records that is written without waiting further. Firehose's limits: 1 to 128 MiB. @default 1 MiB */
  readonly bufferSize?: Size;
}

/**
 * Stream that carries every prediction to the inference log bucket, as lines of JSON under `<model>/inference/<yyyy>/<MM>/<dd>/<HH>/`
 * (UTC, time of arrival).
 */
export class InferenceLog extends Construct {
  public readonly streamName: string;
  public readonly streamArn: string;

  constructor(scope: Construct, id: string, props: InferenceLogProps) {
    super(scope, id);
    const { place, model } = props;
    const bucketName = names.bucket(place, 'inference-log');
    this.streamName = names.inferenceStream(place.environment, model);
    this.streamArn = Arn.format({ service: 'firehose', resource: 'deliverystream', resourceName: this.streamName }, Stack.of(this));

    const logGroup = new logs.LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const logStream = new logs.LogStream(this, 'DeliveryErrors', { logGroup, removalPolicy: RemovalPolicy.DESTROY });
    const role = this.makeRole(place, model, bucketName, logGroup);
    const stream = new firehose.CfnDeliveryStream(this, 'Resource', {
      deliveryStreamName: this.streamName,
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucketArn(this, bucketName),
        roleArn: role.roleArn,
        // Without an expression of its own Firehose appends yyyy/MM/dd/HH/.
        prefix: Layout.inferencePrefix(model),
        errorOutputPrefix: `${model}/inference-errors/!{firehose:error-output-type}/`,
        bufferingHints: {
          intervalInSeconds: (props.bufferTime ?? Duration.seconds(60)).toSeconds(),
          sizeInMBs: (props.bufferSize ?? Size.mebibytes(1)).toMebibytes(),
        },
        compressionFormat: 'UNCOMPRESSED',
        cloudWatchLoggingOptions: { enabled: true, logGroupName: logGroup.logGroupName, logStreamName: logStream.logStreamName },
      },
    });
    // The stream checks at its creation whether the role may write.
    stream.node.addDependency(role);
  }

  private makeRole(place: Place, model: string, bucketName: string, logGroup: logs.LogGroup): iam.Role {
    const role = new ManagedRole(this, 'Role', {
      roleName: names.role(place.environment, model, 'inference-log'),
      description: `Role of the stream that writes the inference log of ${model}`,
      assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': place.account } } }),
    });
    const prefixes = [Layout.inferencePrefix(model), `${model}/inference-errors/`];
    const reason = 'Firehose chooses the names of the objects that it writes.';
    const statements = [
      ...prefixes.map((prefix) => allowObjects(role, { bucketName, prefix, actions: ['s3:PutObject', 's3:AbortMultipartUpload'], reason })),
      allowListing(role, bucketName, prefixes, ['s3:ListBucket', 's3:ListBucketMultipartUploads']),
      new iam.PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [bucketArn(role, bucketName)] }),
      new iam.PolicyStatement({ actions: ['logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
    ];
    statements.forEach((statement) => role.addToPolicy(statement));
    return role;
  }
}
