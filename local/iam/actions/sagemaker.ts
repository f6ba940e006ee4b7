import { anything, as, each, either, given, on as onExact, passes, tagging, textAt, type Input, type Need, type ServiceActions } from './need';

/** SageMaker spells names in lower case in its ARNs. */
const on = (template: string): Need => onExact(template, { change: (name) => name.toLowerCase() });

const SERVICE = 'sagemaker.amazonaws.com';

const made = (template: string, ...roles: readonly string[]): readonly Need[] => [
  on(template),
  ...roles.map((path) => passes(path, SERVICE)),
  tagging('sagemaker:AddTags', on(template)),
];

/** A version of a group is a package of it; its number is not known before it is made. */
const versions = either(on('model-package/{ModelPackageGroupName}/*'), on('model-package/{ModelPackageName}'));

/** What a call asks the registry to say of a version. */
const asked = (input: Input) => ({
  'sagemaker:ModelApprovalStatus': textAt(input, 'ModelApprovalStatus'),
  'sagemaker:ModelLifeCycle:stage': textAt(input, 'ModelLifeCycle.Stage'),
  'sagemaker:ModelLifeCycle:stageStatus': textAt(input, 'ModelLifeCycle.StageStatus'),
});

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html */
export const sagemaker: ServiceActions = {
  prefix: 'sagemaker',
  operations: {
    // Jobs.
    CreateProcessingJob: made('processing-job/{ProcessingJobName}', 'RoleArn'),
    CreateTrainingJob: made('training-job/{TrainingJobName}', 'RoleArn'),
    ...each('DescribeProcessingJob StopProcessingJob', on('processing-job/{ProcessingJobName}')),
    ...each('DescribeTrainingJob StopTrainingJob', on('training-job/{TrainingJobName}')),

    // Pipelines.
    CreatePipeline: made('pipeline/{PipelineName}', 'RoleArn'),
    UpdatePipeline: [on('pipeline/{PipelineName}'), passes('RoleArn', SERVICE)],
    ...each('DeletePipeline DescribePipeline ListPipelineExecutions StartPipelineExecution', on('pipeline/{PipelineName}')),
    ...each(
      'DescribePipelineExecution ListPipelineExecutionSteps ListPipelineParametersForExecution DescribePipelineDefinitionForExecution StopPipelineExecution RetryPipelineExecution',
      on('{PipelineExecutionArn}'),
    ),

    // Registry.
    ...each('DescribeModelPackageGroup DeleteModelPackageGroup', on('model-package-group/{ModelPackageGroupName}')),
    CreateModelPackageGroup: made('model-package-group/{ModelPackageGroupName}'),
    ...each('GetModelPackageGroupPolicy PutModelPackageGroupPolicy DeleteModelPackageGroupPolicy', on('model-package-group/{ModelPackageGroupName}')),
    CreateModelPackage: [given(asked, on('model-package-group/{ModelPackageGroupName}'), versions), tagging('sagemaker:AddTags', versions)],
    ...each('DescribeModelPackage DeleteModelPackage', on('model-package/{ModelPackageName}')),
    UpdateModelPackage: [given(asked, on('model-package/{ModelPackageArn}'))],
    ListModelPackages: [either(on('model-package-group/{ModelPackageGroupName}'), anything)],

    // Serving.
    CreateModel: [
      ...made('model/{ModelName}', 'ExecutionRoleArn'),
      on('model-package/{PrimaryContainer.ModelPackageName}'),
      on('model-package/{Containers.ModelPackageName}'),
    ],
    ...each('DescribeModel DeleteModel', on('model/{ModelName}')),
    CreateEndpointConfig: [
      ...made('endpoint-config/{EndpointConfigName}', 'ExecutionRoleArn'),
      as('sagemaker:CreateEndpointConfig', on('model/{ProductionVariants.ModelName}')),
    ],
    ...each('DescribeEndpointConfig DeleteEndpointConfig', on('endpoint-config/{EndpointConfigName}')),
    CreateEndpoint: [...made('endpoint/{EndpointName}'), on('endpoint-config/{EndpointConfigName}')],
    UpdateEndpoint: [on('endpoint/{EndpointName}'), on('endpoint-config/{EndpointConfigName}')],
    ...each('DescribeEndpoint DeleteEndpoint UpdateEndpointWeightsAndCapacities', on('endpoint/{EndpointName}')),
    // Of the runtime, which signs with the same name.
    InvokeEndpoint: [on('endpoint/{EndpointName}')],

    // Across resources.
    ...each('AddTags DeleteTags ListTags', on('{ResourceArn}')),
    ...each('ListProcessingJobs ListTrainingJobs ListPipelines ListModelPackageGroups ListModels ListEndpointConfigs ListEndpoints', anything),
  },
};
