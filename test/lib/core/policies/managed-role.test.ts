import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { rulePacks } from '../../../../lib/compliance/packs';
import { AlarmTopic } from '../../../../lib/core/alarm-topic';
import { MonthlyBudget } from '../../../../lib/core/budget';
import { tracingPolicy } from '../../../../lib/core/observability';
import { ManagedRole } from '../../../../lib/core/policies/managed-role';
import { nagFindings, newStack } from '../../../support/app';

const lambda = new iam.ServicePrincipal('lambda.amazonaws.com');
const statement = (name: string): iam.PolicyStatement => new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::bucket/${name}`] });

describe('a managed role', () => {
  test('has its permissions in one managed policy, and none inline', () => {
    const stack = newStack();
    const role = new ManagedRole(stack, 'Role', { assumedBy: lambda });
    role.addToPolicy(statement('a'));
    role.addToPolicy(statement('b'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 1);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', { Roles: [{ Ref: 'Role1ABCC5F0' }] });
  });

  test('has a further policy when one would be longer than IAM takes', () => {
    const stack = newStack();
    const role = new ManagedRole(stack, 'Role', { assumedBy: lambda });
    Array.from({ length: 120 }, (_, index) => role.addToPolicy(statement(`${'x'.repeat(60)}${index}`)));
    const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    expect(policies.length).toBeGreaterThan(1);
    expect(policies.filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).length > 6144)).toEqual([]);
  });

  test('without permissions has no policy', () => {
    const stack = newStack();
    new ManagedRole(stack, 'Role', { assumedBy: lambda });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });
});

test('the wildcard of tracing stands in one policy of a stack, however many ask for it', () => {
  const stack = newStack();
  expect(tracingPolicy(stack)).toBe(tracingPolicy(stack));
  Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 1);
});

describe('alarms and budget', () => {
  const made = (emails?: string[]) => {
    const stack = newStack();
    const topic = new AlarmTopic(stack, 'Topic', { topicName: 'alarms', encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }), account: stack.account, emails });
    new MonthlyBudget(stack, 'Budget', { budgetName: 'b', limit: 100, topic });
    return { stack, template: Template.fromStack(stack) };
  };

  test('reach people through an encrypted topic that two services of the account may publish to', () => {
    const { template } = made();
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } });
    const statements = Object.values(template.findResources('AWS::SNS::TopicPolicy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Sid: string; Condition: unknown; Principal: unknown }[]);
    expect(statements.find(({ Sid }) => Sid === 'AlarmsAndBudget')).toMatchObject({
      Principal: { Service: ['budgets.amazonaws.com', 'cloudwatch.amazonaws.com'] },
      Condition: { StringEquals: { 'aws:SourceAccount': '333333333333' } },
    });
  });

  test('keep messages that an address did not take', () => {
    const { template } = made(['on-call@example.com']);
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com', RedrivePolicy: {} });
  });

  test('tell before the money is spent', () => {
    const { template } = made();
    const [{ Properties }] = Object.values(template.findResources('AWS::Budgets::Budget'));
    const notifications = (Properties.NotificationsWithSubscribers as { Notification: { NotificationType: string; Threshold: number } }[]).map(({ Notification }) => [Notification.NotificationType, Notification.Threshold]);
    expect(notifications).toEqual([
      ['ACTUAL', 80],
      ['FORECASTED', 100],
    ]);
  });

  test('have no finding in any pack', () => {
    expect(nagFindings(made(['on-call@example.com']).stack, rulePacks())).toEqual([]);
  });
});
