import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import type { GateResult } from '../../../lambda/gate/contract';
import type { MonitorDecision } from '../../../lambda/monitor-decide/contract';
import type { MonitoringWindow } from '../../../lambda/monitor-window/contract';
import { promotionChain } from '../../../lib/config/validation';
import { ModelMonitoringStack } from '../../../lib/stacks/model-monitoring-stack';
import { Bench, failsWith } from '../../local/stepfunctions/support';
import { nagFindings, newApp } from '../../support/app';
import { definitionFaults, definitionsOf } from '../../support/asl';
import { fixtureProject } from '../../support/fixtures';
import { statementsOf } from '../../support/policies';

const chain = promotionChain(environments);
const project = fixtureProject().data;
const stack = new ModelMonitoringStack(newApp(), 'Monitoring', { environment: chain.production, chain, project });
const template = Template.fromStack(stack);
const definition = definitionsOf(template).get('prod-employment-monitor') ?? { StartAt: '', States: {} };

const WINDOW = {
  windowId: 'schedule-1', cause: 'Schedule', sufficient: true, rows: 700, digest: 'd'.repeat(64), windowUri: 's3://evidence/window.json',
  referenceUri: 's3://artifacts/reference.json', labelsUris: [],
} as unknown as MonitoringWindow;

interface World {
  readonly window?: Partial<MonitoringWindow>;
  readonly gate?: Partial<GateResult> | 'gone';
  readonly decision?: Partial<MonitorDecision>;
}

/** Runs the machine; answers its end and what its functions and its gate got. */
async function run({ window = {}, gate = {}, decision = {} }: World, input: object = { cause: 'Schedule', time: '2026-11-24T12:00:00Z' }) {
  const calls: { name: string; input: Record<string, unknown> }[] = [];
  const note = (name: string, got: unknown): void => {
    calls.push({ name, input: got as Record<string, unknown> });
  };
  const bench = new Bench({
    'lambda:invoke': (args) => {
      const { FunctionName, Payload } = args as { FunctionName: string; Payload: unknown };
      const name = ['HandlersWindow', 'HandlersDecide', 'Feedback'].find((candidate) => FunctionName.includes(candidate))?.replace('Handlers', '') ?? FunctionName;
      note(name, Payload);
      return { Payload: { Window: { ...WINDOW, ...window }, Decide: { retrain: false, ...decision }, Feedback: { requested: true, rows: 5 } }[name] };
    },
    'states:startExecution.sync:2': (args) => {
      note('Gate', (args as { Input: unknown }).Input);
      return gate === 'gone' ? failsWith('States.TaskFailed', 'the gate is gone')() : { Output: { outcome: 'passed', verdictUri: 's3://evidence/verdict.json', reason: '', ...gate } };
    },
  });
  return { ...(await bench.run(definition, input)), calls, names: calls.map(({ name }) => name) };
}

test('the definition is valid', () => {
  expect(definitionFaults(definition)).toEqual([]);
});

test('nothing is unexplained', () => {
  expect(nagFindings(stack)).toEqual([]);
});

test('a window is found, tested and remembered', async () => {
  const { status, calls, names, output } = await run({});
  expect(status).toBe('SUCCEEDED');
  expect(names).toEqual(['Window', 'Gate', 'Decide']);
  expect(calls[1]?.input).toEqual({
    subject: { type: 'window', name: 'schedule-1', digest: 'd'.repeat(64) },
    context: { windowUri: 's3://evidence/window.json', referenceUri: 's3://artifacts/reference.json', labelsUris: [] },
  });
  expect(JSON.parse(output ?? '')).toMatchObject({ window: { rows: 700 }, verdict: { outcome: 'passed' }, decision: { retrain: false }, feedback: null });
});

test('a scheduled window has no delivery of labels, one of labels has', async () => {
  expect((await run({})).calls[0]?.input).toMatchObject({ cause: 'Schedule', deliveryUri: null });
  const { calls } = await run({}, { cause: 'Labels', time: '2026-11-24T12:00:00Z', deliveryUri: 's3://data/labels/d1/' });
  expect(calls[0]?.input).toMatchObject({ cause: 'Labels', deliveryUri: 's3://data/labels/d1/' });
});

test('too little data ends without a verdict and without a decision', async () => {
  const { status, names, output } = await run({ window: { sufficient: false, finding: 'too few' } });
  expect(status).toBe('SUCCEEDED');
  expect(names).toEqual(['Window']);
  expect(JSON.parse(output ?? '')).toMatchObject({ window: { finding: 'too few' } });
});

test('a window that breaches is a result and no failure of the machine', async () => {
  const { status, names } = await run({ gate: { outcome: 'failed', reason: 'drift' } });
  expect(status).toBe('SUCCEEDED');
  expect(names).toEqual(['Window', 'Gate', 'Decide']);
});

test('where the decision is to retrain, labelled data is delivered', async () => {
  const { calls, names, output } = await run({ gate: { outcome: 'failed' }, decision: { retrain: true, windows: ['S1'] } });
  expect(names).toEqual(['Window', 'Gate', 'Decide', 'Feedback']);
  expect(calls[3]?.input).toMatchObject({ decision: { retrain: true, windows: ['S1'] }, verdictUri: 's3://evidence/verdict.json' });
  expect(JSON.parse(output ?? '')).toMatchObject({ feedback: { requested: true } });
});

test.each<[string, World]>([['broke', { gate: { outcome: 'broken', reason: 'check drift did not run' } }], ['could not run', { gate: 'gone' }]])(
  'a window whose gate %s is not remembered: the next one holds its data again',
  async (_, world) => {
    const { status, error, names } = await run(world);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'GateBroken' });
    expect(names).toEqual(['Window', 'Gate']);
  },
);

test('starts on the declared schedule and on labels that are complete', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: project.declaration.monitoring.schedule });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.s3'],
      detail: { bucket: { name: ['mlops-prod-data-333333333333-eu-central-1'] }, object: { key: [{ wildcard: 'employment/labels/*/_SUCCESS' }] } },
    },
  });
});

test.each(['prod-employment-window-breach', 'prod-employment-no-window'])('alarm %s tells the person on call where to look', (AlarmName) => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName, AlarmDescription: Match.stringLikeRegexp('prod-employment-monitor') });
});

test('silence of the monitor alarms', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'prod-employment-no-window', TreatMissingData: 'breaching', Period: 86_400, EvaluationPeriods: 2 });
});

test('only the feedback writes into the data of development, and only under its own prefix', () => {
  const writers = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions, resources }) => actions.includes('s3:PutObject') && resources.some((resource) => resource.includes('mlops-prod-data-')));
  expect(writers.map(({ resources }) => resources)).toEqual([[expect.stringContaining('/employment/feedback/*')]]);
});
