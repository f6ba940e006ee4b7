import { latestRun } from '../daemon/run';
import { executionArns, follow, type Machine, nextExecution } from '../story/executions';
import { World } from '../story/world';
import { bringUp, localOptions, type LocalOptions } from './bring-up';
import { type Command, CommandError, readArguments } from './command';
import { deliverTrial, describeVerdict, EXIT, invokeStarter, plainCause, requireModel, verdictsOf } from './development';

/** Employment -> its development stack. */
const stackPrefix = (model: string): string => model.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');

/** A local AWS with the model deployed in the environment: the one that is up, or one of its own. */
async function localFor(options: LocalOptions, model: string, environment: string): Promise<{ world: World; end: () => Promise<void> }> {
  const run = latestRun();
  if (run !== undefined && run.models === options.models) {
    return { world: new World(run), end: async () => {} };
  }
  const started = await bringUp(options);
  if (started.run.accounts[environment] === undefined) {
    await started.daemon.stop();
    throw new CommandError(`there is no environment ${JSON.stringify(environment)}; there is ${Object.keys(started.run.accounts).join(', ')}`);
  }
  const stacks = ['Foundation', 'Access', `${stackPrefix(model)}Development`].map((stack) => `${environment}/${stack}`);
  await started.toolkit.deploy(started.assembly, stacks).catch(async (error: unknown) => {
    await started.daemon.stop();
    throw error;
  });
  return { world: new World(started.run), end: () => started.daemon.stop() };
}

export const train: Command = {
  usage: 'train --model NAME [--data FILE_OR_S3] [--environment ENV] [--models FOLDER] [--json]',
  summary: 'run the development of one model; exits 0 registered, 2 refused by a gate, 1 broken',
  async run(args) {
    const { values } = readArguments(args, { model: { type: 'string' }, data: { type: 'string' }, environment: { type: 'string', default: 'prod' } });
    const log = (line: string): void => void process.stderr.write(`${line}\n`);
    const options = localOptions(values, log);
    const of: Machine = { environment: values.environment, model: requireModel(options.models, values.model), name: 'development' };
    const { world, end } = await localFor(options, of.model, of.environment);
    try {
      const before = await executionArns(world, of);
      const id = `by-hand-${Date.now()}`;
      const data = values.data === undefined ? {} : { additional: [await deliverTrial(world, of, values.data, id)], alone: true };
      await invokeStarter(world, of, { cause: 'Manual', id, ...data });
      const arn = await nextExecution(world, of, before);
      const execution = await follow(world, of, arn, log);
      const verdicts = await verdictsOf(world, of, execution.name ?? '');
      const outcome = execution.status === 'SUCCEEDED' ? 'passed' : execution.error === 'GateFailed' ? 'refused' : 'broken';
      const result = outcome === 'passed' ? (JSON.parse(execution.output ?? '{}') as Record<string, unknown>) : { error: execution.error, cause: plainCause(execution.cause) };
      if (values.json) {
        process.stdout.write(`${JSON.stringify({ outcome: outcome === 'passed' ? 'registered' : outcome, ...result, verdicts })}\n`);
      } else {
        const last = outcome === 'passed' ? `registered ${String(result.modelPackageArn)}` : `${outcome}: ${execution.error}: ${plainCause(execution.cause)}`;
        process.stdout.write(`${[...verdicts.map(describeVerdict), last].join('\n')}\n`);
      }
      return EXIT[outcome];
    } finally {
      world.close();
      await end();
    }
  },
};
