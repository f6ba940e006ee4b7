import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadProject } from '../story/project';
import { ExampleData } from '../story/data';
import { Reporter } from '../story/reporter';
import { describeAccess, shortAccess } from '../story/access';
import { describe, reportAccess, runStory } from '../story/run';
import type { Story } from '../story/story';
import { World } from '../story/world';
import { Toolkit } from '../deploy/toolkit';
import { acceptedTypes } from '../inventory/accepted';
import { ensureExampleData } from '../setup';
import type { AccessReport } from '../iam/report';
import { control } from './attach';
import { FAULT_OPTIONS } from './fault';
import { bringUp, localOptions } from './bring-up';
import { type Command, CommandError, readArguments, readNumber } from './command';

/** The model project that the story is about. */
const MODEL = 'employment';

export const story: Command = {
  usage: 'story [--sample] [--step N] [--models FOLDER] [--time-scale N] [--port N] [--faults FILE] [--duplicate-events] [--json]',
  summary: 'the whole process on real data, from an empty account to an automatic rollback (npm start)',
  async run(args) {
    const startedAt = new Date();
    const { values } = readArguments(args, { ...FAULT_OPTIONS, sample: { type: 'boolean', default: false }, step: { type: 'string' } });
    const reporter = new Reporter(values.json ? process.stderr : process.stdout);
    const log = (line: string): void => reporter.line('set-up', line);
    const options = localOptions(values, log);
    const lastStep = readNumber('step', values.step, { minimum: 1, maximum: 10 });
    const projectFolder = join(options.models, MODEL);
    if (!existsSync(projectFolder)) {
      throw new CommandError(`the story is about the model project ${MODEL}, and ${options.models} has none`);
    }
    const source = values.sample
      ? { sampleFolder: join(resolve('models'), MODEL, 'data') }
      : { originalFolder: (await ensureExampleData('employment', { log })).folder };
    const { daemon, run, toolkit, assembly } = await bringUp(options);
    // Whatever ends this process, the closed pipe ends the local AWS; Ctrl-C only must not wait for it.
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    const world = new World(run);
    const scratch = join(run.folder, 'story');
    const data = await ExampleData.open(source, scratch);
    const context: Story = {
      world,
      project: loadProject(projectFolder),
      models: options.models,
      scratch,
      data,
      full: !values.sample,
      reporter,
      faults: {
        add: async (rule) => (await control<{ id: string }>(run, 'POST', 'faults', rule)).id,
        remove: async (id) => void (await control(run, 'DELETE', `faults/${id}`)),
      },
      access: async () => (options.enforce ? control<AccessReport>(run, 'GET', 'access') : undefined),
      deployment: {
        build: (models) => Toolkit.synth(run.folder, models),
        deploy: async ({ assembly: other, patterns = ['**'] } = {}) => ({ stacks: await toolkit.deploy(other ?? assembly, patterns) }),
      },
      traffic: {},
      endpointHistory: [],
    };
    try {
      const summary = await runStory(context, { lastStep, startedAt, acceptedTypes: acceptedTypes(assembly), processes: () => [process.pid, daemon.pid] });
      const access = await reportAccess(context);
      if (values.json) {
        process.stdout.write(`${JSON.stringify({ ...summary, access: access && shortAccess(access) })}\n`);
      }
      reporter.text(describe(summary));
      if (access !== undefined) {
        reporter.text(describeAccess(access).join('\n'));
      }
      if (lastStep !== undefined) {
        daemon.keep();
        reporter.text(`Everything is still up at ${run.endpoint}: npm run local -- status | logs | env prod | down`);
      } else {
        await daemon.stop();
      }
      return summary.succeeded ? 0 : 1;
    } finally {
      data.close();
      world.close();
    }
  },
};
