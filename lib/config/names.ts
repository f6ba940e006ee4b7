import { lit, UnscopedValidationError } from '../core/errors';

/**
 * Physical names, computed from configuration alone, so that accounts and stacks find each other without cross-stack references.
 */
export interface Place {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
}

export type BucketPurpose = 'data' | 'artifacts' | 'evidence' | 'inference-log' | 'access-logs' | 'trail' | 'workspace';

export type NetworkPart = 'subnets' | 'functions' | 'jobs' | 'models' | 'workspace' | 's3-endpoint' | 'vpc';

export const names = {
  /** Environment beside another one for the length of a pull request. All other names follow from an environment's, so this is the only suffix there is. */
  rehearsal: (environment: string, suffix: string): string => `${environment}-pr-${suffix}`,
  /** Role of the tooling account's builds that rehearse pull requests. */
  rehearsalBuild: (): string => 'mlops-rehearsal-build',
  bucket: (place: Place, purpose: BucketPurpose): string => `mlops-${place.environment}-${purpose}-${place.account}-${place.region}`,
  /** Parameter with the ARN of the environment's key, for what must name a key by its ARN. */
  keyParameter: (environment: string): string => `/mlops/${environment}/key-arn`,
  /** Parameter with a part of the environment's network: its subnets, a security group, the endpoint of S3. */
  networkParameter: (environment: string, part: NetworkPart): string => `/mlops/${environment}/network/${part}`,
  /** Policy by which Lambda or SageMaker keeps the network interfaces of what it runs in the environment's network. */
  networkPolicy: (environment: string, workload: 'functions' | 'containers'): string => `mlops-${environment}-${workload}-network`,
  /** Topic that tells people of alarms and of the budget. */
  alarmTopic: (environment: string): string => `mlops-${environment}-alarms`,
  keyAlias: (environment: string): string => `alias/mlops-${environment}`,
  /** Trail of an account of the environment; and the key that it is encrypted with where another account keeps it. */
  trail: (environment: string): string => `mlops-${environment}`,
  trailKeyAlias: (environment: string): string => `alias/mlops-${environment}-trail`,
  signingKeyAlias: (environment: string, model: string): string => `alias/mlops-${environment}-${model}-verdicts`,
  eventBus: (environment: string): string => `mlops-${environment}`,
  stateTable: (environment: string, model: string): string => `mlops-${environment}-${model}`,
  pipeline: (environment: string, model: string): string => `${environment}-${model}`,
  modelPackageGroup: (environment: string, model: string): string => `${environment}-${model}`,
  endpoint: (environment: string, model: string): string => `${environment}-${model}`,
  /** Application in front of the endpoint. */
  predictionFunction: (environment: string, model: string): string => `${environment}-${model}-prediction`,
  inferenceStream: (environment: string, model: string): string => `${environment}-${model}-inference`,
  stateMachine: (environment: string, model: string, machine: string): string => `${environment}-${model}-${machine}`,
  /** Function that starts a machine; people start development by calling it. */
  starter: (environment: string, model: string, machine: string): string => `${environment}-${model}-${machine}-starter`,
  /** Role of people or of a program from outside: `dataScientist` becomes `mlops-dev-data-scientist`. */
  accessRole: (environment: string, role: string): string => `mlops-${environment}-${role.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  /** Studio domain of the environment. */
  studioDomain: (environment: string): string => `mlops-${environment}`,
  /** Role of one person in the workspace. */
  workspaceRole: (environment: string, user: string): string => roleName(`mlops-${environment}-workspace-${user}`),
  /** The one policy by which people read the data of production. */
  productionDataPolicy: (environment: string): string => `mlops-${environment}-production-data`,
  role: (environment: string, model: string, purpose: string): string => roleName(`mlops-${environment}-${model}-${purpose}`),
  /** Role of a state machine with this name. */
  machineRole: (stateMachineName: string): string => roleName(`mlops-${stateMachineName}-machine`),
} as const;

/** IAM's limit. */
const MAXIMUM_ROLE_NAME = 64;

function roleName(name: string): string {
  if (name.length > MAXIMUM_ROLE_NAME) {
    throw new UnscopedValidationError(
      lit`RoleName`,
      `the role name "${name}" must have at most ${MAXIMUM_ROLE_NAME} characters (IAM's limit), got ${name.length}; shorten the model's or the environment's name`,
    );
  }
  return name;
}
