import { Template } from 'aws-cdk-lib/assertions';
import { readFindings } from '../../lib/compliance/findings';
import { type Blueprint, deployedFiles, synthesizeBlueprint } from '../support/blueprint';
import { statementsOf } from '../support/policies';

/** The template rules of aws-cdk-lib are on here, and here alone among the unit tests: they cost seconds. */
process.env.CDK_VALIDATION = 'true';

let blueprint: Blueprint;
beforeAll(() => {
  blueprint = synthesizeBlueprint();
}, 60_000);

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
const resourcesOf = (template: Template): Resource[] => Object.values(template.toJSON().Resources as Record<string, Resource>);

test('no rule pack has a finding that nobody explained', () => {
  expect(readFindings(blueprint.report).flatMap(({ open }) => open.map(({ rule, construct }) => `${rule} on ${construct}`))).toEqual([]);
});

test('every reason is a sentence that says more than that it is needed', () => {
  const reasons = readFindings(blueprint.report).flatMap(({ acknowledged }) => acknowledged.map((finding) => finding.acknowledged?.reason ?? ''));
  expect([...new Set(reasons)].filter((reason) => reason.length < 30 || /\b(demo|not needed|todo|for now)\b/i.test(reason))).toEqual([]);
});

test('two syntheses are identical', () => {
  const first = deployedFiles(blueprint.folder);
  let second = new Map<string, string>();
  process.env.CDK_VALIDATION = 'false';
  // With fresh modules nothing that was bundled or staged before is used again.
  jest.isolateModules(() => {
    const fresh = jest.requireActual<typeof import('../support/blueprint')>('../support/blueprint');
    second = deployedFiles(fresh.synthesizeBlueprint().folder);
  });
  expect([...second.keys()].toSorted()).toEqual([...first.keys()].toSorted());
  expect([...first].filter(([file, content]) => second.get(file) !== content).map(([file]) => file)).toEqual([]);
}, 60_000);

test('each environment has the stacks that its values ask for', () => {
  expect([...blueprint.templates.keys()].toSorted()).toEqual([
    ...['dev-Access', 'dev-EmploymentDevelopment', 'dev-Foundation'],
    ...['int-Access', 'int-EmploymentDevelopment', 'int-EmploymentServing', 'int-Foundation'],
    ...['prod-Access', 'prod-EmploymentDevelopment', 'prod-EmploymentMonitoring', 'prod-EmploymentServing', 'prod-Foundation'],
  ]);
});

describe('the endpoint of a qualification has the shape of production:', () => {
  /** What the machines of an environment create endpoints with. */
  const shapes = (stack: string): string[] =>
    resourcesOf(blueprint.templates.get(stack) ?? Template.fromJSON({ Resources: {} })).flatMap(({ Type, Properties }) =>
      Type === 'AWS::StepFunctions::StateMachine' ? (JSON.stringify(Properties?.DefinitionString).match(/ProductionVariants[^[]*:\[[^\]]*\]/g) ?? []) : [],
    );

  test('instances and their number', () => {
    expect(shapes('prod-EmploymentServing').length).toBeGreaterThan(0);
    expect(new Set(shapes('int-EmploymentServing'))).toEqual(new Set(shapes('prod-EmploymentServing')));
  });

  test('the application in front of it', () => {
    const application = (environment: string): Partial<Record<string, unknown>> => {
      const functions = resourcesOf(blueprint.templates.get(`${environment}-EmploymentServing`) ?? Template.fromJSON({ Resources: {} }));
      const { Properties = {} } = functions.find(({ Properties: properties }) => properties?.FunctionName === `${environment}-employment-prediction`) ?? {};
      const { Code, MemorySize, Timeout, Runtime, Architectures } = Properties;
      return { code: (Code as { S3Key?: string } | undefined)?.S3Key, MemorySize, Timeout, Runtime, Architectures };
    };
    expect(application('prod').code).toBeDefined();
    expect(application('int')).toEqual(application('prod'));
  });
});

test('accounts are joined by names: no stack imports or exports a value of another', () => {
  for (const [name, template] of blueprint.templates) {
    expect(`${name} ${/Fn::(ImportValue|GetStackOutput)/.exec(JSON.stringify(template.toJSON()))?.[0] ?? 'none'}`).toBe(`${name} none`);
  }
});

test('no stack brings a custom resource or a container image', () => {
  for (const [name, template] of blueprint.templates) {
    const custom = resourcesOf(template).filter(({ Type, Properties }) => /^Custom::|CustomResource$/.test(Type) || Properties?.PackageType === 'Image');
    expect({ name, custom }).toEqual({ name, custom: [] });
  }
});

/** Each with the reason why it cannot name a resource. */
const ACTIONS_ON_EVERYTHING: Readonly<Record<string, string>> = {
  'cloudwatch:DescribeAlarms': 'reads; no resource-level permissions for several alarms',
  'cloudwatch:GetMetricData': 'no resource-level permissions',
  'cloudwatch:ListMetrics': 'no resource-level permissions',
  'cloudwatch:PutMetricData': 'no resource-level permissions; the namespace is a condition',
  'ec2:DescribeDhcpOptions': 'reads; describing actions of EC2 have no resource-level permissions',
  'ec2:DescribeNetworkInterfaces': 'as above',
  'ec2:DescribeSecurityGroups': 'as above',
  'ec2:DescribeSubnets': 'as above',
  'ec2:DescribeVpcs': 'as above',
  'ecr:GetAuthorizationToken': 'no resource-level permissions',
  'logs:CreateLogDelivery': 'log delivery of Step Functions has no resource-level permissions',
  'logs:GetLogDelivery': 'as above',
  'logs:UpdateLogDelivery': 'as above',
  'logs:DeleteLogDelivery': 'as above',
  'logs:ListLogDeliveries': 'as above',
  'logs:PutResourcePolicy': 'as above',
  'logs:DescribeResourcePolicies': 'as above',
  'logs:DescribeLogGroups': 'as above',
  'xray:PutTraceSegments': 'no resource-level permissions',
  'xray:PutTelemetryRecords': 'no resource-level permissions',
  'xray:GetSamplingRules': 'no resource-level permissions',
  'xray:GetSamplingTargets': 'no resource-level permissions',
};

test('only actions without resource-level permissions are allowed on everything', () => {
  const actions = [...blueprint.templates.values()].flatMap((template) =>
    statementsOf(template, 'AWS::IAM::ManagedPolicy').flatMap(({ effect, resources, actions: list }) => (effect === 'Allow' && resources.includes('*') ? list : [])),
  );
  expect([...new Set(actions)].filter((action) => !(action in ACTIONS_ON_EVERYTHING))).toEqual([]);
});

test('no policy allows all actions of a service, and none is managed by AWS', () => {
  for (const [name, template] of blueprint.templates) {
    const wide = statementsOf(template, 'AWS::IAM::ManagedPolicy').flatMap(({ actions }) => actions.filter((action) => action.includes('*')));
    const managed = resourcesOf(template).filter(({ Type, Properties }) => Type === 'AWS::IAM::Role' && JSON.stringify(Properties?.ManagedPolicyArns ?? []).includes(':aws:policy/'));
    expect({ name, wide, managed }).toEqual({ name, wide: [], managed: [] });
  }
});

test('roles are passed to one named service', () => {
  for (const [name, template] of blueprint.templates) {
    const passing = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.includes('iam:PassRole'));
    expect({ name, free: passing.filter(({ conditions }) => conditions.StringEquals?.['iam:PassedToService'] === undefined) }).toEqual({ name, free: [] });
  }
});

test('names of stateful resources are those that other accounts compute', () => {
  const buckets = (name: string) => resourcesOf(blueprint.templates.get(name) ?? Template.fromJSON({ Resources: {} })).flatMap(({ Type, Properties }) => (Type === 'AWS::S3::Bucket' ? [Properties?.BucketName] : []));
  expect(buckets('prod-Foundation')).toEqual(['access-logs', 'data', 'artifacts', 'evidence', 'inference-log'].map((purpose) => `mlops-prod-${purpose}-333333333333-eu-central-1`));
});
