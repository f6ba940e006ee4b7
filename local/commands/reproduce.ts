import { executionArns, follow, type Machine, nextExecution } from '../story/executions';
import { World } from '../story/world';
import { requireRun } from './attach';
import { type Command, readArguments } from './command';
import { describeVerdict, EXIT, invokeStarter, requireModel, verdictsOf } from './development';
import { openAccount } from './account';
import { readVersion } from './versions';

export const reproduce: Command = {
  usage: 'reproduce --model NAME --version N [--environment ENV] [--json]',
  summary: 'rebuild a version from its manifest alone and compare; exits 0 the same, 2 different, 1 broken',
  async run(args) {
    const { values } = readArguments(args, { model: { type: 'string' }, version: { type: 'string' }, environment: { type: 'string', default: 'prod' } });
    const run = requireRun();
    const of: Machine = { environment: values.environment, model: requireModel(run.models, values.model), name: 'development' };
    const world = new World(run);
    try {
      const account = await openAccount({ model: of.model, environment: of.environment, aws: false });
      const { uri: manifestUri, packageDigest, version } = await readVersion(account, values.version);
      const before = await executionArns(world, of);
      await invokeStarter(world, of, { cause: 'Reproduction', id: `v${version}-${Date.now()}`, manifestUri, packageDigest });
      const execution = await follow(world, of, await nextExecution(world, of, before), (state) => process.stderr.write(`${state}\n`));
      const verdicts = await verdictsOf(world, of, execution.name ?? '');
      const outcome = execution.status === 'SUCCEEDED' ? 'passed' : execution.error === 'GateFailed' ? 'refused' : 'broken';
      const said = { passed: 'reproduced', refused: 'different', broken: 'broken' }[outcome];
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ outcome: said, version, packageDigest, error: execution.error, cause: execution.cause, verdicts })}\n`
          : `${[...verdicts.map(describeVerdict), outcome === 'passed' ? `version ${version} reproduced from ${manifestUri}` : `${said}: ${execution.error}: ${execution.cause}`].join('\n')}\n`,
      );
      return EXIT[outcome];
    } finally {
      world.close();
    }
  },
};
