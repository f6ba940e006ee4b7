/**
 * The public API. What is not exported here is free to change.
 */

// Contracts between infrastructure and functions
export type {
  CheckEvent,
  CheckResult,
  Criterion,
  Evidence,
  GateMode,
  GateResult,
  Measurement,
  Outcome,
  Subject,
  Verdict,
} from '../lambda/gate/contract';
export { type InferenceRecord } from '../lambda/shared/inference/contract';
export {
  Events,
  type ChampionRecord,
  type QualificationFinished,
  type ReleasePin,
  type RetrainingRequested,
} from '../lambda/shared/process/contract';
export { type ModelDeclaration, type ModelProjectData } from '../lambda/shared/project/contract';
export { Env } from '../lambda/shared/runtime/contract';
export { type DataSchema } from '../lambda/shared/schema/contract';
export { Layout } from '../lambda/shared/storage/contract';

// Configuration
export { developmentPlace, servingPlace, type EnvironmentConfig, type PromotionChain, type RoutingConfig } from './config/environment';
export { imageRepositoryArn, imageUri, type ImageName } from './config/images';
export { loadModelProjects, ModelProject, ModelProjectError } from './config/model-project';
export { names, type BucketPurpose, type Place } from './config/names';
export { Network, type NetworkConfig } from './config/network';
export type { MachinesConfig, PeopleConfig, SignIn } from './config/people';
export { rehearsalOf } from './config/rehearsal';
export { EnvironmentError, promotionChain, validateEnvironments } from './config/validation';
export type { WorkspaceConfig, WorkspaceUser as WorkspaceUserConfig } from './config/workspace';

// Secure defaults
export { acknowledgeRule, type RulePack } from './core/policies/acknowledge';
export { AlarmTopic, type AlarmTopicProps } from './core/alarm-topic';
export { AuditTrail, type AuditTrailProps } from './core/audit-trail';
export { MonthlyBudget, type MonthlyBudgetProps } from './core/budget';
export { DuckDbLayer } from './core/functions/duckdb-layer';
export { useEnvironmentDefaults } from './core/environment-defaults';
export { HandlerFunction, type HandlerFunctionProps } from './core/functions/handler-function';
export { ManagedRole } from './core/policies/managed-role';
export { PrivateNetwork, type PrivateNetworkProps } from './core/network/private-network';
export { StackNetwork, type Placement } from './core/network/stack-network';
export { Retries, retryAwsApi } from './core/machines/retry';
export { SecureBucket, type SecureBucketProps } from './core/storage/secure-bucket';
export { SecureKey, type SecureKeyProps } from './core/storage/secure-key';
export { ProcessStateMachine, type ProcessStateMachineProps } from './core/machines/state-machine';
export { acknowledgeWildcard } from './core/policies/wildcards';

// Stages of the life cycle
export type { CheckConfig, GateBinding, ICheck } from './gates/check';
export { FunctionCheck, type FunctionCheckProps } from './gates/function-check';
export { Janitor, type JanitorProps } from './gates/janitor';
export { TestGate, type GateBranches, type GateCall, type TestGateProps } from './gates/test-gate';
export { ModelDevelopment, type ModelDevelopmentProps } from './training/model-development';
export { TrainingPipeline, type TrainingPipelineProps } from './training/training-pipeline';
export { PipelineDefinition, join } from './training/pipeline-definition';
export { ModelRegistry, type ModelRegistryProps } from './registry/model-registry';
export { Promotion, type PromotionProps } from './release/promotion';
export { Qualification, type QualificationProps } from './release/qualification';
export { InferenceLog, type InferenceLogProps } from './serving/inference-log';
export { ModelEndpoint, type ModelEndpointProps } from './serving/model-endpoint';
export { PredictionService, type PredictionServiceProps } from './serving/prediction-service';
export { TrafficRouting, type StepRoutingOptions, type TrafficRoutingOptions } from './serving/traffic-routing';
export { Feedback, type FeedbackProps } from './monitoring/feedback';
export { ModelMonitor, type ModelMonitorProps } from './monitoring/model-monitor';
export { MonitorHandlers, type MonitorHandlersProps } from './monitoring/monitor-handlers';

// Who may do what, delivery of code
export { AccessRoles, type AccessRolesProps } from './access/access-roles';
export { ACCESS, permissionsOf, type AccessRole, type Permission } from './access/access-table';
export { BreakGlassAlarm, type BreakGlassAlarmProps } from './access/break-glass-alarm';
export { CodeDelivery, type CodeDeliveryProps } from './delivery/code-delivery';
export { RehearsalRole, type RehearsalRoleProps } from './delivery/rehearsal-role';

// Units of deployment
export { AccessStack } from './stacks/access-stack';
export { CodeDeliveryStack, type CodeDeliveryStackProps } from './stacks/code-delivery-stack';
export { FoundationStack, type FoundationStackProps } from './stacks/foundation-stack';
export { MlopsStage, type MlopsStageProps, type ModelRelease } from './stacks/mlops-stage';
export { ModelDevelopmentStack, type ModelDevelopmentStackProps } from './stacks/model-development-stack';
export { ModelMonitoringStack, type ModelMonitoringStackProps } from './stacks/model-monitoring-stack';
export { RehearsalAccessStack } from './stacks/rehearsal-access-stack';
export { ModelServingStack, type ModelServingStackProps } from './stacks/model-serving-stack';
export { TrailArchiveStack, type TrailArchiveStackProps } from './stacks/trail-archive-stack';
export { WorkspaceStack, type WorkspaceStackProps } from './stacks/workspace-stack';
