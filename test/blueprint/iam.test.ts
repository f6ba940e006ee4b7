import { environments } from '../../bin/environments';
import type { EnvironmentConfig } from '../../lib/config/environment';
import { synthesizeBlueprint } from '../support/blueprint';

/** Who is let in where, in every template: trust policies, resource policies, and what keeps duties apart. */

interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Readonly<Record<string, unknown>>;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

interface Stack {
  readonly name: string;
  readonly account: string;
  readonly resources: readonly (readonly [id: string, resource: Resource])[];
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] => (value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]);

function stacksOf(chosen: readonly EnvironmentConfig[]): Stack[] {
  return [...synthesizeBlueprint(chosen).templates].map(([name, template]) => {
    const environment = chosen.find((candidate) => name.startsWith(`${candidate.name}-`)) ?? chosen[0];
    const serves = /-(Serving\w*|\w+(Serving|Monitoring))$/.test(name);
    return {
      name,
      account: serves ? (environment.serving.account ?? environment.development.account) : environment.development.account,
      resources: Object.entries(template.toJSON().Resources as Record<string, Resource>),
    };
  });
}

/** Three accounts, and six: serving has its own. */
const VARIANTS = [
  ['three accounts', environments],
  ['six accounts', environments.map((environment, index) => ({ ...environment, serving: { ...environment.serving, account: String(7 + index).repeat(12) } }))],
] as const;

const documentOf = ({ Type, Properties }: Resource): { Statement: readonly Statement[] } | undefined => {
  const documents: Readonly<Record<string, unknown>> = {
    'AWS::S3::BucketPolicy': Properties.PolicyDocument,
    'AWS::SQS::QueuePolicy': Properties.PolicyDocument,
    'AWS::SNS::TopicPolicy': Properties.PolicyDocument,
    'AWS::KMS::Key': Properties.KeyPolicy,
    'AWS::SageMaker::ModelPackageGroup': Properties.ModelPackageGroupPolicy,
    'AWS::Events::EventBusPolicy': { Statement: [Properties.Statement] },
  };
  return documents[Type] as { Statement: readonly Statement[] } | undefined;
};

const statementsOf = (document: unknown): readonly Statement[] => (document as { Statement: readonly Statement[] } | undefined)?.Statement ?? [];
const keysOf = ({ Condition = {} }: Statement): string[] => Object.values(Condition).flatMap((operator) => Object.keys(operator));
const servicesOf = ({ Principal }: Statement): readonly string[] => (typeof Principal === 'object' ? listOf(Principal.Service as string | string[] | undefined) : []);
const accountsOf = ({ Principal }: Statement): string[] =>
  typeof Principal === 'object' ? listOf(Principal.AWS as string | string[] | undefined).flatMap((arn) => (typeof arn === 'string' ? (/^arn:aws:iam::(\d{12}):root$/.exec(arn)?.[1] ?? []) : [])) : [];
const isForAnybody = ({ Principal }: Statement): boolean => Principal === '*' || (typeof Principal === 'object' && Principal.AWS === '*');

/** Services that do not say for whom they take a role: each with the reason why nobody can be deceived through them. */
const WITHOUT_SOURCE: Readonly<Record<string, string>> = {
  'lambda.amazonaws.com': 'takes the role of a function; iam:PassRole never crosses accounts, so only this account can give a function the role',
};

describe.each(VARIANTS)('with %s', (_name, chosen) => {
  const stacks = stacksOf(chosen);

  test('a role that a service takes is taken for this account alone', () => {
    for (const { name, account, resources } of stacks) {
      const open = resources
        .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
        .flatMap(([id, { Properties }]) =>
          statementsOf(Properties.AssumeRolePolicyDocument)
            .filter((statement) => servicesOf(statement).some((service) => !(service in WITHOUT_SOURCE)))
            .filter(({ Condition }) => Condition?.StringEquals?.['aws:SourceAccount'] !== account)
            .map((statement) => `${id} ${servicesOf(statement).join()}`),
        );
      expect({ name, open }).toEqual({ name, open: [] });
    }
  });

  test('a service that reaches a bucket, key, topic, queue or bus does it for this account alone', () => {
    for (const { name, resources } of stacks) {
      const open = resources.flatMap(([id, resource]) =>
        statementsOf(documentOf(resource))
          .filter((statement) => statement.Effect === 'Allow' && servicesOf(statement).length > 0)
          .filter((statement) => !keysOf(statement).some((key) => ['aws:SourceAccount', 'aws:SourceArn', 'kms:EncryptionContext:aws:logs:arn'].includes(key)))
          .map((statement) => `${id} ${servicesOf(statement).join()} ${listOf(statement.Action).join()}`),
      );
      expect({ name, open }).toEqual({ name, open: [] });
    }
  });

  test('a service that calls a function is told which of this account\'s rules or schedules may', () => {
    for (const { name, resources } of stacks) {
      const open = resources.filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Permission' && Properties.SourceArn === undefined && Properties.SourceAccount === undefined && String(Properties.Principal).endsWith('.amazonaws.com'));
      expect({ name, open: open.map(([id]) => id) }).toEqual({ name, open: [] });
    }
  });

  test('nobody in particular is let in nowhere but through a service for a named account', () => {
    for (const { name, resources } of stacks) {
      const open = resources.flatMap(([id, resource]) =>
        statementsOf(documentOf(resource))
          .filter((statement) => statement.Effect === 'Allow' && isForAnybody(statement) && !keysOf(statement).includes('kms:CallerAccount'))
          .map(({ Action }) => `${id} ${listOf(Action).join()}`),
      );
      expect({ name, open }).toEqual({ name, open: [] });
    }
  });

  test("another account is let in by its blueprint's roles alone; its keys to verify, whoever asks", () => {
    for (const { name, account, resources } of stacks) {
      const open = resources.flatMap(([id, resource]) =>
        statementsOf(documentOf(resource))
          .filter((statement) => statement.Effect === 'Allow' && accountsOf(statement).some((other) => other !== account) && !keysOf(statement).includes('aws:PrincipalArn'))
          // A verdict is signed to be verified: the public half of the key is no secret.
          .filter(({ Action }) => !listOf(Action).every((action) => ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Verify'].includes(action)))
          .map(({ Action }) => `${id} ${listOf(Action).join()}`),
      );
      expect({ name, open }).toEqual({ name, open: [] });
    }
  });

  /** Roles whose policies allow an action, as `stack role`. */
  const rolesThatMay = (action: string, resource = /./): string[] =>
    stacks.flatMap(({ name, resources }) =>
      resources
        .filter(([, { Type, Properties }]) => Type === 'AWS::IAM::ManagedPolicy' && statementsOf(Properties.PolicyDocument).some(allowing(action, resource)))
        .flatMap(([, { Properties }]) => listOf(Properties.Roles as { Ref: string }[]).map(({ Ref }) => `${name} ${roleName(resources, Ref)}`)),
    );

  const allowing = (action: string, resource: RegExp) => (statement: Statement): boolean =>
    statement.Effect === 'Allow' && listOf(statement.Action).includes(action) && listOf(statement.Resource).some((one) => resource.test(JSON.stringify(one)));

  const roleName = (resources: Stack['resources'], id: string): string => String(resources.find(([other]) => other === id)?.[1].Properties.RoleName ?? id);

  test('nobody writes the champion but the promotion, and what carries its record to where models are developed', () => {
    const writers = rolesThatMay('ssm:PutParameter', /champion/).map((writer) => writer.split(' ')[1]);
    expect(writers.filter((writer) => !writer.endsWith('-champion-record'))).toEqual(['mlops-prod-employment-promotion-machine']);
  });

  test('who registers a version cannot approve it, and who approves cannot register', () => {
    const registers = rolesThatMay('sagemaker:CreateModelPackage');
    const updates = rolesThatMay('sagemaker:UpdateModelPackage');
    expect(registers.length).toBe(3);
    expect(registers.filter((role) => updates.includes(role))).toEqual([]);
    expect(updates.map((role) => role.split(' ')[1])).toEqual(['mlops-prod-approver', ...(chosen === environments ? [] : ['mlops-prod-approver']), 'mlops-prod-employment-life-cycle', 'mlops-prod-employment-admission']);
  });

  test('where a person approves, no program can: it is denied, not only not allowed', () => {
    for (const [action, count] of [['sagemaker:CreateModelPackage', 3], ['sagemaker:UpdateModelPackage', 2]] as const) {
      const denials = stacks.flatMap(({ resources }) =>
        resources.flatMap(([, { Type, Properties }]) =>
          Type === 'AWS::IAM::ManagedPolicy'
            ? statementsOf(Properties.PolicyDocument).filter(
                ({ Effect, Action, Condition }) => Effect === 'Deny' && listOf(Action).includes(action) && Condition?.StringEquals?.['sagemaker:ModelApprovalStatus'] === 'Approved',
              )
            : [],
        ),
      );
      expect({ action, denials: denials.length }).toEqual({ action, denials: count });
    }
  });

  test('who trains cannot judge, sign or promote: no role does two of them', () => {
    const duties: Readonly<Record<string, readonly string[]>> = {
      train: ['sagemaker:CreateTrainingJob'],
      sign: ['kms:Sign'],
      shift: ['sagemaker:UpdateEndpoint'],
      register: ['sagemaker:CreateModelPackage'],
    };
    const holders = Object.entries(duties).map(([duty, actions]) => [duty, actions.flatMap((action) => rolesThatMay(action))] as const);
    const counts = new Map<string, string[]>();
    holders.forEach(([duty, roles]) => new Set(roles).forEach((role) => counts.set(role, [...(counts.get(role) ?? []), duty])));
    expect([...counts].filter(([, list]) => list.length > 1)).toEqual([]);
  });

  test('evidence is written by judges, checks and records, never by jobs or models', () => {
    const writers = rolesThatMay('s3:PutObject', /-evidence-/).map((role) => role.split(' ')[1]);
    expect(writers.length).toBeGreaterThan(5);
    expect(writers.filter((role) => /-(job|model|pipeline|machine|starter|engineer|scientist|approver|auditor|provider|client|glass)$/.test(role))).toEqual([]);
  });
});
