import { executionArns, follow, type Machine, nextExecution } from '../story/executions';
import { World } from '../story/world';
import { requireRun } from './attach';
import { type Command, readArguments } from './command';
import { describeVerdict, EXIT, invokeStarter, requireModel, verdictsOf } from './development';

export const monitor: Command = {
  usage: 'monitor --model NAME [--json]',
  summary: 'measure the window of production since the last one; exits 0 quiet or too little data, 2 breached, 1 broken',
  async run(args) {
    const { values } = readArguments(args, { model: { type: 'string' } });
    const run = requireRun();
    const of: Machine = { environment: 'prod', model: requireModel(run.models, values.model), name: 'monitor' };
    const world = new World(run);
    try {
      const before = await executionArns(world, of);
      await invokeStarter(world, of, { cause: 'Schedule', time: new Date().toISOString() });
      const execution = await follow(world, of, await nextExecution(world, of, before), (state) => process.stderr.write(`${state}\n`));
      const verdicts = await verdictsOf(world, of, execution.name ?? '');
      const broken = execution.status !== 'SUCCEEDED';
      const outcome = broken ? 'broken' : verdicts.some((verdict) => verdict.outcome !== 'passed') ? 'refused' : 'passed';
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ outcome, output: JSON.parse(execution.output ?? 'null') as unknown, cause: execution.cause, verdicts })}\n`
          : `${[...verdicts.map(describeVerdict), broken ? `${execution.error}: ${execution.cause}` : verdicts.length === 0 ? 'too little data in this window' : outcome].join('\n')}\n`,
      );
      return EXIT[outcome];
    } finally {
      world.close();
    }
  },
};
