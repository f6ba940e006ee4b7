import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBlueprint } from '../../bin/blueprint';
import { standingEndpoints } from '../../bin/standing-endpoints';
import prices from '../../docs/prices.json';
import { costTable, idleCosts, paidTypes, type PriceList, withTable } from '../../lib/compliance/cost';
import { newApp } from '../support/app';

const list: PriceList = { date: '2026-01-01', currency: 'EUR', hoursPerMonth: 100, monthly: { 'AWS::KMS::Key': { price: 2, what: 'key' } }, instanceHour: { 'ml.a': 0.5 } };
const stack = (...types: string[]) => ({ environment: 'prod', types });

test('resources and instances are counted and priced; what costs by use alone is left out', () => {
  const endpoints = [{ environment: 'prod', name: 'e', instanceType: 'ml.a', instanceCount: 2 }];
  expect(idleCosts([stack('AWS::KMS::Key', 'AWS::S3::Bucket'), stack('AWS::KMS::Key')], endpoints, list)).toEqual([
    { environment: 'prod', what: 'key', count: 2, monthly: 4 },
    { environment: 'prod', what: 'instance ml.a of the endpoint e', count: 2, monthly: 100 },
  ]);
});

test.each(['AWS::EC2::NatGateway', 'AWS::EC2::VPCEndpoint', 'AWS::SageMaker::Endpoint'])('a standing cost without a price fails: %s', (type) => {
  expect(() => idleCosts([stack(type)], [], list)).toThrow(`no monthly price of ${type}`);
});

test('an instance type without a price fails', () => {
  expect(() => idleCosts([stack()], [{ environment: 'prod', name: 'e', instanceType: 'ml.b', instanceCount: 1 }], list)).toThrow('no instanceHour of ml.b, which e runs on');
});

test('an endpoint is paid by zone, and one that is a route is not', () => {
  const Type = 'AWS::EC2::VPCEndpoint';
  expect(paidTypes({ A: { Type, Properties: { SubnetIds: ['a', 'b'] } }, B: { Type, Properties: { RouteTableIds: ['c'] } }, C: { Type: 'AWS::KMS::Key' } })).toEqual([Type, Type, 'AWS::KMS::Key']);
});

test('a page without marks is refused', () => {
  expect(() => withTable('# Cost', 'table')).toThrow('has no marks');
});

describe('docs/cost.md', () => {
  const app = newApp();
  const { environments, models } = makeBlueprint(app);
  const stacks = app.synth().stacksRecursively.map(({ hierarchicalId, template }) => ({
    environment: hierarchicalId.split('/')[0],
    types: paidTypes((template as { Resources: Record<string, { Type: string }> }).Resources),
  }));
  const costs = idleCosts(stacks, standingEndpoints(environments, models), prices);

  test('says what the templates cost (npm run cost writes it)', () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'cost.md'), 'utf8');
    expect(page).toBe(withTable(page, costTable(costs, prices)));
  });

  test('environments without a permanent endpoint cost nearly nothing while idle', () => {
    for (const { name, serving } of environments) {
      const sum = costs.filter(({ environment }) => environment === name).reduce((total, { monthly }) => total + monthly, 0);
      expect(`${name} ${serving.endpoint.lifetime === 'permanent' || sum < 10}`).toBe(`${name} true`);
    }
  });
});
