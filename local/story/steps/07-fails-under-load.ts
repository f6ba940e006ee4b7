import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { champion, admitted, development, expect, output, qualification, type Registered, type Step, type Story, triggered, verdicts, versionOf } from '../story';
import { qualificationOf } from './03-qualify';
import { startByHand } from './start';

/** A release whose inference code answers the first requests and then fails: a connection pool that is never given back. */
const FAULT = `

_served = 0
_healthy_output = output_fn


def output_fn(prediction, accept):
    global _served
    _served += 1
    if _served > 100:
        raise RuntimeError("no connection left in the pool")
    return _healthy_output(prediction, accept)
`;

function faultyModels(story: Story): string {
  const folder = join(story.scratch, 'faulty-models');
  cpSync(story.models, folder, { recursive: true, filter: (source) => !source.includes('__pycache__') });
  const inference = join(folder, story.project.declaration.name, 'inference.py');
  writeFileSync(inference, readFileSync(inference, 'utf8') + FAULT);
  return folder;
}

let release: string | undefined;

export const failsUnderLoad: Step = {
  number: 7,
  title: 'A release whose inference code fails under load: qualification stops it',
  async prepare(story) {
    release = await story.deployment.build(faultyModels(story));
  },
  async run(story) {
    const before = await champion(story);
    const patterns = ['prod/*Development'];
    await story.deployment.deploy({ assembly: release, patterns });
    story.reporter.line('release', 'deployed the faulty code to prod development');
    const { modelPackageArn } = output<Registered>(await triggered(story, development(story), () => startByHand(story, 'faulty-release')));
    const repaired = story.deployment.deploy({ patterns }).then(() => story.reporter.line('release', 'deployed the good code again'));
    const [execution] = await Promise.all([qualificationOf(story, modelPackageArn), repaired]);
    expect(execution.status === 'FAILED' && execution.error === 'GateFailed', `the qualification ended ${execution.status} ${execution.error ?? ''}`);
    const described = await admitted(story, modelPackageArn);
    expect(described.ModelApprovalStatus === 'Rejected', `${versionOf(modelPackageArn)} is ${described.ModelApprovalStatus}`);
    expect((await champion(story))?.modelPackageArn === before?.modelPackageArn, 'the champion changed');
    const verdict = (await verdicts(story, qualification(story).environment, 'qualification')).at(-1)?.verdict;
    const errors = verdict?.criteria.find(({ measurement }) => measurement === 'errorShare');
    expect(errors?.outcome === 'failed', `the load check did not fail for its errors: ${errors?.reason}`);
    return `${versionOf(modelPackageArn)} rejected: ${errors.reason}`;
  },
};
