import { DescribeModelPackageCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { executionArns, follow, type Machine, nextExecution } from '../story/executions';
import { World } from '../story/world';
import { requireRun } from './attach';
import { type Command, CommandError, readArguments } from './command';
import { describeVerdict, EXIT, requireModel, verdictsOf } from './development';

export const promote: Command = {
  usage: 'promote --model NAME --version N [--json]',
  summary: 'approve a version as the approver of prod and follow its promotion; exits 0 promoted, 2 refused, 1 broken',
  async run(args) {
    const { values } = readArguments(args, { model: { type: 'string' }, version: { type: 'string' } });
    const run = requireRun();
    const of: Machine = { environment: 'prod', model: requireModel(run.models, values.model), name: 'promotion' };
    if (!/^\d+$/.test(values.version ?? '')) {
      throw new CommandError('name the version of the model package with --version, a whole number');
    }
    const world = new World(run);
    try {
      const arn = `arn:aws:sagemaker:${run.region}:${world.account('prod')}:model-package/prod-${of.model}/${values.version}`;
      const { sagemaker } = await world.as('prod', 'approver');
      await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn })).catch((error: unknown) => {
        throw new CommandError(`version ${values.version} of ${of.model} is not registered: ${error instanceof Error ? error.message : String(error)}`);
      });
      const before = await executionArns(world, of);
      await sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: arn, ModelApprovalStatus: 'Approved', ApprovalDescription: `approved by hand at ${new Date().toISOString()}` }));
      const execution = await follow(world, of, await nextExecution(world, of, before), (state) => process.stderr.write(`${state}\n`));
      const verdicts = await verdictsOf(world, of, execution.name ?? '');
      const promoted = execution.status === 'SUCCEEDED';
      const text = promoted ? `promoted ${arn}` : `${execution.error}: ${execution.cause}`;
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ outcome: promoted ? 'promoted' : 'refused', modelPackageArn: arn, error: execution.error, cause: execution.cause, verdicts })}\n`
          : `${[...verdicts.map(describeVerdict), text].join('\n')}\n`,
      );
      return promoted ? EXIT.passed : execution.error === 'PromotionFailed' ? EXIT.broken : EXIT.refused;
    } finally {
      world.close();
    }
  },
};
