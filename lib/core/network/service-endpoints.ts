import { InterfaceVpcEndpointAwsService as Service } from 'aws-cdk-lib/aws-ec2';

/** What an account is used for; each use calls its own services. */
export type Duty = 'development' | 'admission' | 'release' | 'monitoring' | 'workspace';

/** A service that is called from inside a private network. */
export interface ServiceEndpoint {
  /** Prefix of the service's actions. */
  readonly actions: string;
  readonly service: Service;
  /** Uses whose functions or people call it. */
  readonly duties: readonly Duty[];
  /** Whether the service tells policies of every request which account owns what is asked for. @default true */
  readonly tellsResourceAccount?: boolean;
}

/**
 * Interface endpoints by what calls them. Each costs by the hour and zone, so one that nobody calls is not made: a test compares this table with the
 * permissions of the functions.
 *
 * Not here: S3 and DynamoDB, whose gateway endpoints cost nothing; logs, traces and dead letters of functions, container images and metrics of
 * jobs, which the services carry outside of the network.
 */
export const SERVICE_ENDPOINTS: Readonly<Record<string, ServiceEndpoint>> = {
  SageMaker: { actions: 'sagemaker', service: Service.SAGEMAKER_API, duties: ['development', 'admission', 'release', 'workspace'] },
  SageMakerRuntime: { actions: 'sagemaker:InvokeEndpoint', service: Service.SAGEMAKER_RUNTIME, duties: ['release'] },
  StepFunctions: { actions: 'states', service: Service.STEP_FUNCTIONS, duties: ['development', 'release', 'monitoring', 'workspace'] },
  Parameters: { actions: 'ssm', service: Service.SSM, duties: ['development', 'release', 'monitoring', 'workspace'] },
  Keys: { actions: 'kms', service: Service.KMS, duties: ['admission', 'release'] },
  Functions: { actions: 'lambda', service: Service.LAMBDA, duties: ['release', 'workspace'] },
  Firehose: { actions: 'firehose', service: Service.KINESIS_FIREHOSE, duties: ['release'] },
  Metrics: { actions: 'cloudwatch', service: Service.CLOUDWATCH_MONITORING, duties: ['release', 'monitoring', 'workspace'] },
  Events: { actions: 'events', service: Service.EVENTBRIDGE, duties: ['monitoring'], tellsResourceAccount: false },
  Studio: { actions: 'sagemaker-studio', service: Service.SAGEMAKER_STUDIO, duties: ['workspace'] },
  Logs: { actions: 'logs', service: Service.CLOUDWATCH_LOGS, duties: ['workspace'] },
  Sessions: { actions: 'sts', service: Service.STS, duties: ['workspace'] },
};

/** Endpoints for some uses, by construct id. */
export const endpointsFor = (duties: readonly Duty[]): [id: string, endpoint: ServiceEndpoint][] =>
  Object.entries(SERVICE_ENDPOINTS).filter(([, endpoint]) => endpoint.duties.some((duty) => duties.includes(duty)));
