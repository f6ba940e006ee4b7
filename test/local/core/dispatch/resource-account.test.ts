import { resourceAccount } from '../../../../local/core/dispatch/resource-account';

const caller = '111111111111';

test.each([
  ['a key by ARN', 'kms', JSON.stringify({ KeyId: 'arn:aws:kms:eu-central-1:222222222222:alias/sign' }), '222222222222'],
  ['a key by alias', 'kms', JSON.stringify({ KeyId: 'alias/sign' }), caller],
  ['a queue by URL', 'sqs', JSON.stringify({ QueueUrl: 'http://127.0.0.1:4000/222222222222/q' }), '222222222222'],
  ['a topic in a form', 'sns', 'Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aeu-central-1%3A222222222222%3At', '222222222222'],
  ['a parameter by name', 'ssm', JSON.stringify({ Name: '/mlops/x' }), caller],
  ['a body that is no JSON', 'kms', '{', caller],
  ['a service without cross-account names', 'logs', JSON.stringify({ logGroupName: 'g' }), caller],
])('a call on %s happens where the resource is', (_name, service, body, expected) => {
  expect(resourceAccount(service, body, caller)).toBe(expected);
});
