import { Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { promotionChain } from '../../../lib/config/validation';
import { ModelServingStack } from '../../../lib/stacks/model-serving-stack';
import { Bench } from '../../local/stepfunctions/support';
import { newApp } from '../../support/app';
import { definitionFaults, definitionsOf } from '../../support/asl';
import { fixtureProject } from '../../support/fixtures';
import { DIGEST, PACKAGE_ARN, World } from './world';

const chain = promotionChain(environments);
const stack = new ModelServingStack(newApp(), 'Serving', { environment: chain.qualification, chain, project: fixtureProject().data });
const definition = definitionsOf(Template.fromStack(stack)).get('int-employment-qualification') ?? { StartAt: '', States: {} };

const CLEAN = { models: [], configs: [], alarms: [], endpoint: undefined, locked: false };

test('the definition is valid', () => {
  expect(definitionFaults(definition)).toEqual([]);
});

test('a package that passes is qualified: deployed, tested, taken down, told', async () => {
  const world = new World({}, { outcome: 'passed' });
  expect(await world.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
  expect(world.left).toEqual(CLEAN);
  expect(world.told).toEqual([
    expect.objectContaining({
      EventBusName: expect.stringContaining('mlops-int'),
      Source: 'mlops.blueprint',
      DetailType: 'QualificationFinished',
      Detail: {
        model: 'employment',
        modelPackageArn: PACKAGE_ARN,
        packageDigest: DIGEST,
        outcome: 'passed',
        verdictUri: 's3://evidence/verdict.json',
        verdictSha256: 'b'.repeat(64),
      },
    }),
  ]);
});

test('the endpoint is taken down before the verdict is told', async () => {
  const world = new World({}, { outcome: 'passed' });
  await world.run(definition);
  const order = ['putItem', 'createModel', 'createEndpointConfig', 'createEndpoint', 'gate', 'deleteEndpoint', 'deleteEndpointConfig', 'deleteModel', 'deleteItem', 'putEvents'];
  expect(world.log.filter((name) => order.includes(name))).toEqual(order);
});

test('the fleet is named by version and execution, and the container knows which package it is', async () => {
  const world = new World({}, { outcome: 'passed' });
  await world.run(definition);
  const { ModelName, Containers, EnableNetworkIsolation } = world.input('createModel');
  expect(ModelName).toMatch(/^int-employment-v7-[0-9a-f]{8}$/);
  expect(Containers).toEqual([{ ModelPackageName: PACKAGE_ARN, Environment: { MLOPS_MODEL_PACKAGE: PACKAGE_ARN } }]);
  expect(EnableNetworkIsolation).toBe(true);
  expect(world.input('createEndpoint')).toEqual({ EndpointName: 'int-employment', EndpointConfigName: ModelName });
});

test('the gate gets the package as its subject and the golden records as its context', async () => {
  const world = new World({}, { outcome: 'passed' });
  await world.run(definition);
  expect(world.input('gate')).toEqual({
    subject: { type: 'modelPackage', name: PACKAGE_ARN, digest: DIGEST },
    context: { modelPackageArn: PACKAGE_ARN, goldenUri: 's3://artifacts/golden.json' },
  });
});

test('a package that fails is told as such, and the execution says why', async () => {
  const world = new World({}, { outcome: 'failed', reason: 'Latency p99: 900 ms is above the allowed 400 ms.' });
  expect(await world.run(definition)).toMatchObject({ status: 'FAILED', error: 'GateFailed', cause: 'Latency p99: 900 ms is above the allowed 400 ms.' });
  expect(world.told[0]?.['Detail']).toMatchObject({ outcome: 'failed' });
  expect(world.left).toEqual(CLEAN);
});

test('a gate that broke is no pass', async () => {
  const world = new World({}, { outcome: 'broken', reason: 'check load did not run to its end.' });
  expect(await world.run(definition)).toMatchObject({ status: 'FAILED', error: 'GateBroken', cause: 'check load did not run to its end.' });
  expect(world.told[0]?.['Detail']).toMatchObject({ outcome: 'broken' });
  expect(world.left).toEqual(CLEAN);
});

test('a gate that could not even run leaves nothing behind and tells nothing: there is no verdict', async () => {
  const world = new World({}, new Error('the machine is gone'));
  const { status, error, cause } = await world.run(definition);
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'GateBroken' });
  expect(cause).toContain('the machine is gone');
  expect(world.told).toEqual([]);
  expect(world.left).toEqual(CLEAN);
});

test('a model whose endpoint does not come up is tested all the same, so that a verdict says so', async () => {
  const world = new World({ newEndpointStatus: 'Failed' }, { outcome: 'failed', reason: 'No valid request was answered.' });
  expect(await world.run(definition)).toMatchObject({ error: 'GateFailed' });
  expect(world.log).toContain('gate');
  expect(world.left).toEqual(CLEAN);
});

test.each(['createModel', 'createEndpointConfig', 'createEndpoint'])('where %s fails, nothing is left behind', async (action) => {
  const world = new World({ failing: { [action]: 'no capacity' } }, { outcome: 'passed' });
  const { error, cause } = await world.run(definition);
  expect(error).toBe('GateBroken');
  expect(cause).toContain('no capacity');
  expect(world.log).not.toContain('gate');
  expect(world.left).toEqual(CLEAN);
});

test('while another execution has the endpoint, this one waits', async () => {
  const world = new World({ lockedTimes: 3 }, { outcome: 'passed' });
  expect(await world.run(definition)).toMatchObject({ status: 'SUCCEEDED' });
  expect(world.log.filter((name) => name === 'putItem')).toHaveLength(4);
});

test('an endpoint that an earlier run left is replaced, not tested', async () => {
  const world = new World({ failing: { createEndpoint: 'Cannot create already existing endpoint' } }, { outcome: 'passed' }).serving('int-employment-v6-00000000');
  expect(await world.run(definition)).toMatchObject({ status: 'FAILED', error: 'GateBroken' });
  expect(world.left).toMatchObject({ endpoint: undefined, locked: false });
});

test('an endpoint that can\'t be removed keeps the lock, for the janitor to see', async () => {
  const world = new World({ failing: { deleteModel: 'not authorized' } }, { outcome: 'passed' });
  expect(await world.run(definition)).toMatchObject({ status: 'FAILED', error: 'CleanUpFailed', cause: 'not authorized' });
  expect(world.left).toMatchObject({ endpoint: undefined, locked: true });
});

test('the load is put on alone: the requests of the contract check would count as load', async () => {
  const gate = definitionsOf(Template.fromStack(stack)).get('int-employment-gate-qualification') ?? { StartAt: '', States: {} };
  const log: string[] = [];
  const bench = new Bench({
    'lambda:invoke': async (args) => {
      const { FunctionName, Payload } = args as { FunctionName: string; Payload: object };
      const check = /Checks(Contract|Load)/.exec(FunctionName)?.[1]?.toLowerCase();
      log.push(`${check ?? 'judge'} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${check ?? 'judge'} ends`);
      return { Payload: check === undefined ? Payload : { check, evidenceUri: `s3://evidence/${check}.json`, evidenceSha256: 'c' } };
    },
  });
  const { checks } = (await bench.output(gate, { subject: {}, context: {} })) as { checks: unknown[] };
  expect(log).toEqual(['contract begins', 'contract ends', 'load begins', 'load ends', 'judge begins', 'judge ends']);
  expect(checks).toMatchObject([{ check: 'contract' }, { check: 'load' }]);
});
