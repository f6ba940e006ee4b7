import { environments } from '../../bin/environments';
import { answer } from '../../lib/compliance/controls';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { newApp } from '../support/app';
import { synthesizeBlueprint } from '../support/blueprint';
import { fixtureProject } from '../support/fixtures';

/** What reasons and reports say of the app, held to the app. */

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

const templates = [...synthesizeBlueprint().templates].map(([name, template]) => ({ name, resources: Object.entries(template.toJSON().Resources as Record<string, Resource>) }));

test('a function that events or schedules call keeps what it failed on', () => {
  for (const { name, resources } of templates) {
    const callers = resources.filter(([, { Type }]) => ['AWS::Events::Rule', 'AWS::Scheduler::Schedule', 'AWS::Lambda::EventSourceMapping', 'AWS::SNS::Subscription'].includes(Type));
    const called = new Set(callers.flatMap(([, { Properties }]) => [...JSON.stringify(Properties).matchAll(/\["(\w+)","Arn"\]/g)].map(([, id]) => id)));
    const functions = resources.filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && called.has(id));
    expect({ name, without: functions.filter(([, { Properties }]) => Properties?.DeadLetterConfig === undefined).map(([id]) => id) }).toEqual({ name, without: [] });
  }
});

test('every log group is encrypted with the key of its environment, and every alarm tells somebody', () => {
  for (const { name, resources } of templates) {
    const bare = resources.filter(
      ([, { Type, Properties }]) =>
        (Type === 'AWS::Logs::LogGroup' && Properties?.KmsKeyId === undefined) || (Type === 'AWS::CloudWatch::Alarm' && (Properties?.AlarmActions as unknown[] | undefined)?.length !== 1),
    );
    expect({ name, bare: bare.map(([id]) => id) }).toEqual({ name, bare: [] });
  }
});

test('policies are managed, so that IAM keeps their versions, and within its limit', () => {
  for (const { name, resources } of templates) {
    const inline = resources.filter(([, { Type, Properties }]) => Type === 'AWS::IAM::Policy' || (Type === 'AWS::IAM::Role' && Properties?.Policies !== undefined));
    const large = resources.filter(([, { Type, Properties }]) => Type === 'AWS::IAM::ManagedPolicy' && JSON.stringify(Properties?.PolicyDocument).length > 6144 * 1.5);
    expect({ name, inline: inline.map(([id]) => id), large: large.map(([id]) => id) }).toEqual({ name, inline: [], large: [] });
  }
});

test('each demand of the report is answered by a construct in production', () => {
  const app = newApp();
  const chain = promotionChain(environments);
  const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
  const stage = new MlopsStage(app, 'prod', { environment: chain.production, chain, models });
  const unanswered = answer(stage.node.findAll().map(({ node }) => node.path)).filter(({ places }) => places.length === 0);
  expect(unanswered.map(({ id, path }) => `${id} ${path}`)).toEqual([]);
});

/** Types that hold what cannot be made again; a new logical id would replace them. */
const STATEFUL = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::DynamoDB::Table', 'AWS::SageMaker::ModelPackageGroup', 'AWS::Events::EventBus', 'AWS::CloudTrail::Trail'];

const FOUNDATION = ['Key961B73FD', 'AccessLogs8B620ECA', 'Data666C94C7', 'Artifacts82DD59A1', 'Evidence4CC26D68', 'InferenceLog41322AE5', 'BusEA82B648', 'AuditTrail213A10E8'];

const PINNED: Readonly<Record<string, readonly string[]>> = {
  'dev-Foundation': FOUNDATION,
  'dev-EmploymentDevelopment': ['Registry4DB9CCA5'],
  'int-Foundation': FOUNDATION,
  'int-EmploymentDevelopment': ['Registry4DB9CCA5'],
  'int-EmploymentServing': ['State1C20CC9A', 'SigningKey159D907F'],
  'prod-Foundation': FOUNDATION,
  'prod-EmploymentDevelopment': ['Registry4DB9CCA5'],
  'prod-EmploymentServing': ['State1C20CC9A'],
};

test('logical ids of everything stateful stay', () => {
  const ids = (stack: string): string[] =>
    templates.filter(({ name }) => name === stack).flatMap(({ resources }) => resources.filter(([, { Type }]) => STATEFUL.includes(Type)).map(([id]) => id));
  expect(Object.fromEntries(templates.map(({ name }) => [name, ids(name)] as const).filter(([, list]) => list.length > 0))).toEqual(PINNED);
});
