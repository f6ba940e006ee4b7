import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { ListModelPackagesCommand } from '@aws-sdk/client-sagemaker';
import { waitFor } from '../wait';
import { admitted, endpoint, expect, qualification, type Step, type Story, versionOf, watch } from '../story';

/** Latest registered model package. */
export async function latestPackage(story: Story): Promise<string> {
  const { ModelPackageSummaryList } = await story.world.in('prod').sagemaker.send(
    new ListModelPackagesCommand({
      ModelPackageGroupName: `prod-${story.project.declaration.name}`,
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      MaxResults: 1,
    }),
  );
  const arn = ModelPackageSummaryList?.[0]?.ModelPackageArn;
  expect(arn !== undefined, 'no model package is registered');
  return arn;
}

/** Follows the qualification that the registration of a package started. */
export async function qualificationOf(story: Story, modelPackageArn: string) {
  const of = qualification(story);
  const stateMachineArn = story.world.stateMachineArn(of.environment, of.model, of.name);
  const arn = await waitFor(
    `the qualification of ${versionOf(modelPackageArn)} to start by itself`,
    async () => {
      const { executions } = await story.world.in(of.environment).states.send(new ListExecutionsCommand({ stateMachineArn }));
      return executions?.find(({ name }) => new RegExp(`-v${modelPackageArn.split("/").pop()}-`).test(name ?? ''))?.executionArn;
    },
    { seconds: 30 },
  );
  return watch(story, of, arn);
}

export const qualify: Step = {
  number: 3,
  title: 'Qualification in int: an endpoint with the application is created, tested and torn down',
  async run(story) {
    const modelPackageArn = await latestPackage(story);
    const execution = await qualificationOf(story, modelPackageArn);
    expect(execution.status === 'SUCCEEDED', `the qualification ended ${execution.status}: ${execution.cause}`);
    const described = await admitted(story, modelPackageArn);
    expect(described.CustomerMetadataProperties?.qualification === 'passed', `the qualification was admitted as ${described.CustomerMetadataProperties?.qualification}`);
    expect((await endpoint(story, 'int')) === undefined, 'the endpoint in int was not torn down');
    return `${versionOf(modelPackageArn)} qualified, the endpoint in int is gone`;
  },
};
