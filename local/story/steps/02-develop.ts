import { deliver } from '../data';
import { describePackage, development, expect, output, type Registered, type Step, trainingPrefix, triggered, verdicts, versionOf } from '../story';

export const develop: Step = {
  number: 2,
  title: 'The data of 2015 arrives in the production bucket: a model is developed and registered',
  async run(story) {
    const execution = await triggered(story, development(story), async () =>
      deliver(story.world, trainingPrefix(story), '2015', await story.data.parquet('2015', [2015])),
    );
    const { modelPackageArn } = output<Registered>(execution);
    const described = await describePackage(story, modelPackageArn);
    expect(
      described.ModelApprovalStatus === 'PendingManualApproval' || described.ModelApprovalStatus === 'Approved',
      `${versionOf(modelPackageArn)} is ${described.ModelApprovalStatus}`,
    );
    const gates = [...(await verdicts(story, 'prod', 'data')), ...(await verdicts(story, 'prod', 'model'))];
    expect(gates.length === 2 && gates.every(({ verdict }) => verdict.outcome === 'passed'), 'the data gate and the model gate did not both pass');
    const auc = gates[1]?.verdict.criteria.find(({ measurement }) => measurement === 'auc');
    return `${versionOf(modelPackageArn)} registered, AUC ${auc?.value?.toFixed(4)} (at least ${auc?.threshold})`;
  },
};
