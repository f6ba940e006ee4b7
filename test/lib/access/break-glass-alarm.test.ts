import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { developmentPlace } from '../../../lib/config/environment';
import { promotionChain } from '../../../lib/config/validation';
import { FoundationStack } from '../../../lib/stacks/foundation-stack';
import { newApp } from '../../support/app';

const foundation = (name: string): Template => {
  const chain = promotionChain(environments);
  const environment = chain.environments.find((candidate) => candidate.name === name) ?? chain.production;
  return Template.fromStack(new FoundationStack(newApp(), 'Foundation', { environment, chain, place: developmentPlace(environment) }));
};

test('taking the break-glass role, trying to, and acting in it, tells people', () => {
  const template = foundation('prod');
  const role = 'arn:aws:iam::333333333333:role/mlops-prod-break-glass';
  const [trail] = Object.values(template.findResources('AWS::CloudTrail::Trail'));
  const [logGroup] = (trail.Properties as { CloudWatchLogsLogGroupArn: { 'Fn::GetAtt': string[] } }).CloudWatchLogsLogGroupArn['Fn::GetAtt'];
  template.hasResourceProperties('AWS::Logs::MetricFilter', {
    LogGroupName: { Ref: logGroup },
    FilterPattern: `{ ($.requestParameters.roleArn = "${role}") || ($.userIdentity.sessionContext.sessionIssuer.arn = "${role}") }`,
  });
  const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'mlops-prod-break-glass',
    Threshold: 1,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
    AlarmActions: [Match.objectLike({ Ref: topic })],
  });
});

test('the trail that is listened to is of every region, since sessions are opened in any', () => {
  foundation('prod').hasResourceProperties('AWS::CloudTrail::Trail', { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true });
});

test('where no such role exists there is nothing to tell', () => {
  foundation('dev').resourceCountIs('AWS::Logs::MetricFilter', 0);
});
