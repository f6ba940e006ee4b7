import { Duration, Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { INFERENCE_STREAM } from '../../lambda/prediction/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { names, type Place } from '../config/names';
import { HandlerFunction } from '../core/functions/handler-function';
import type { InferenceLog } from './inference-log';
import type { ModelEndpoint } from './model-endpoint';

/** Properties of {@link PredictionService}. */
export interface PredictionServiceProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly endpoint: ModelEndpoint;
  readonly inferenceLog: InferenceLog;
  readonly logRetention: RetentionDays;
}

/**
 * The application in front of the endpoint: a function behind a URL that only signed requests of IAM principals reach
 * (`lambda:InvokeFunctionUrl`). It validates, asks the model, decides and logs.
 */
export class PredictionService extends Construct {
  public readonly handler: HandlerFunction;
  public readonly functionUrl: lambda.FunctionUrl;

  constructor(scope: Construct, id: string, props: PredictionServiceProps) {
    super(scope, id);
    const { place, project, endpoint, inferenceLog } = props;
    const model = project.declaration.name;
    this.handler = new HandlerFunction(this, 'Function', {
      handler: 'prediction',
      description: `Application in front of ${endpoint.endpointName}: validates requests, decides, logs every prediction`,
      functionName: names.predictionFunction(place.environment, model),
      roleName: names.role(place.environment, model, 'prediction'),
      project,
      // With a share of CPU that lets a cold start stay below a second.
      memory: Size.mebibytes(1024),
      timeout: Duration.seconds(30),
      logRetention: props.logRetention,
      environment: {
        [Env.ENVIRONMENT]: place.environment,
        [Env.ENDPOINT_NAME]: endpoint.endpointName,
        [INFERENCE_STREAM]: inferenceLog.streamName,
      },
      statements: [
        new iam.PolicyStatement({ actions: ['sagemaker:InvokeEndpoint'], resources: [endpoint.endpointArn] }),
        new iam.PolicyStatement({ actions: ['firehose:PutRecordBatch'], resources: [inferenceLog.streamArn] }),
      ],
    });
    this.functionUrl = new lambda.FunctionUrl(this, 'Url', { function: this.handler.function, authType: lambda.FunctionUrlAuthType.AWS_IAM });
  }

  /** Permits a principal of this account to ask for predictions through the URL. */
  public grantPredict(grantee: iam.IGrantable): iam.Grant {
    return this.functionUrl.grantInvokeUrl(grantee);
  }
}
