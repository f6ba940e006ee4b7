import { compilePolicy } from '../../../../local/iam/policy/document';
import { evaluate } from '../../../../local/iam/policy/evaluate';
import { allow, policies, policy, request } from './support';

const allows = (statement: object, over: Parameters<typeof request>[0]): boolean => evaluate(request(over), policies({ identity: [allow(statement)] })).allowed;

test.each([
  ['s3:GetObject', 's3:GetObject', true],
  ['S3:getobject', 's3:GetObject', true],
  ['s3:Get*', 's3:GetObject', true],
  ['s3:GetObject*', 's3:GetObject', true],
  ['s3:GetObject?', 's3:GetObject', false],
  ['s3:*', 's3:GetObject', true],
  ['*', 's3:GetObject', true],
  ['*:GetObject', 's3:GetObject', true],
  ['s3:GetObject', 's3:GetObjectVersion', false],
  ['kms:*', 's3:GetObject', false],
])('the action %s and a call of %s: %s', (Action, action, expected) => {
  expect(allows({ Action, Resource: '*' }, { action })).toBe(expected);
});

test.each([
  ['arn:aws:s3:::data/*', 'arn:aws:s3:::data/a/b', true],
  ['arn:aws:s3:::data', 'arn:aws:s3:::data/a', false],
  ['arn:aws:s3:::data/*/_SUCCESS', 'arn:aws:s3:::data/a/b/_SUCCESS', true],
  ['arn:aws:s3:::data/a.b', 'arn:aws:s3:::data/aXb', false],
  ['arn:aws:s3:::da?a/x', 'arn:aws:s3:::data/x', true],
  ['*', 'arn:aws:s3:::data/a', true],
  ['arn:aws:s3:::*', 'arn:aws:s3:::data/a', true],
  ['arn:aws:s3:::DATA/a', 'arn:aws:s3:::data/a', false],
  ['arn:aws:states:eu-central-1:1:execution:m:*', 'arn:aws:states:eu-central-1:1:execution:m:run-1', true],
  ['arn:aws:states:eu-central-1:1:execution:m*', 'arn:aws:states:eu-central-1:1:execution:machine:run-1', true],
  ['arn:aws:states:*:*:execution:m:*', 'arn:aws:states:eu-central-1:1:execution:m:run-1', true],
  ['arn:aws:states:eu-*-1:1:execution:m', 'arn:aws:states:eu-central-1:1:execution:m', true],
  ['arn:aws:sta*es:1:execution:m', 'arn:aws:states:eu-central-1:1:execution:m', false],
  ['arn:aws:states:*', 'arn:aws:states:eu-central-1:1:execution:m:run-1', true],
])('the resource %s and a call on %s: %s', (Resource, resource, expected) => {
  expect(allows({ Action: '*', Resource }, { resource })).toBe(expected);
});

describe('policy variables', () => {
  const Resource = 'arn:aws:s3:::data/${aws:PrincipalTag/model}/*';
  const of = (model?: string) => ({ resource: 'arn:aws:s3:::data/employment/a', context: { 'aws:PrincipalTag/model': model } });

  test('take the value of the request', () => expect(allows({ Resource }, of('employment'))).toBe(true));
  test('do not fit another value', () => expect(allows({ Resource }, of('other'))).toBe(false));
  test('without a value fit nothing', () => expect(allows({ Resource }, of())).toBe(false));
  test('never act as wildcards, whatever the value holds', () => expect(allows({ Resource }, of('*'))).toBe(false));
  test('may bring a value for requests without', () =>
    expect(allows({ Resource: "arn:aws:s3:::data/${aws:PrincipalTag/model, 'employment'}/*" }, of())).toBe(true));
  test('of the asterisk stand for it', () => {
    expect(allows({ Resource: 'arn:aws:s3:::data/${*}' }, { resource: 'arn:aws:s3:::data/*' })).toBe(true);
    expect(allows({ Resource: 'arn:aws:s3:::data/${*}' }, { resource: 'arn:aws:s3:::data/a' })).toBe(false);
  });
  test('stand in conditions too', () => {
    const Condition = { StringLike: { 's3:prefix': '${aws:PrincipalTag/model}/*' } };
    expect(allows({ Condition }, { context: { 's3:prefix': 'employment/x', 'aws:PrincipalTag/model': 'employment' } })).toBe(true);
    expect(allows({ Condition }, { context: { 's3:prefix': 'other/x', 'aws:PrincipalTag/model': 'employment' } })).toBe(false);
  });
  test('are plain text in policies of the old version', () => {
    const old = compilePolicy({ Version: '2008-10-17', Statement: allow({ Resource }) }, 'old', 'identity');
    const sides = { identity: [old], resource: { owner: '111111111111', rule: 'standard' as const } };
    expect(evaluate(request(of('employment')), sides).allowed).toBe(false);
    expect(evaluate(request({ resource: 'arn:aws:s3:::data/${aws:PrincipalTag/model}/a' }), sides).allowed).toBe(true);
  });
  test('that are not known fail by name', () => {
    expect(() => allows({ Resource: 'arn:aws:s3:::data/${aws:Weather}/*' }, {})).toThrow(/policy variable \$\{aws:weather\} is not known/);
  });
});

test.each<readonly [string, Parameters<typeof compilePolicy>[0], 'identity' | 'resource', RegExp]>([
  ['no JSON', '{', 'identity', /is no JSON/],
  ['no statement', {}, 'identity', /has no Statement/],
  ['a version that does not exist', { Version: '2020-01-01', Statement: [] }, 'identity', /Version "2020-01-01" does not exist/],
  ['an element that does not exist', { Statement: allow({ Actions: 'x' }) }, 'identity', /element Actions/],
  ['no effect', { Statement: allow({ Effect: 'Maybe' }) }, 'identity', /the Effect "Maybe"/],
  ['neither Action nor NotAction', { Statement: allow({ Action: undefined }) }, 'identity', /neither Action nor NotAction/],
  ['both Action and NotAction', { Statement: allow({ NotAction: 's3:*' }) }, 'identity', /both Action and NotAction/],
  ['no Resource at an identity', { Statement: allow({ Resource: undefined }) }, 'identity', /neither Resource nor NotResource/],
  ['a Principal at an identity', { Statement: allow({ Principal: '*' }) }, 'identity', /has no Principal/],
  ['no Principal at a resource', { Statement: allow() }, 'resource', /neither Principal nor NotPrincipal/],
  ['a part of a principal', { Statement: allow({ Principal: { AWS: 'arn:aws:iam::111111111111:role/mlops-*' } }) }, 'resource', /only stands alone/],
  ['a kind of principal', { Statement: allow({ Principal: { Planet: 'Mars' } }) }, 'resource', /Principal kind Planet is not known/],
  ['NotPrincipal with Allow', { Statement: allow({ NotPrincipal: { AWS: '111111111111' } }) }, 'resource', /NotPrincipal with Allow/],
])('a policy with %s is refused and named', (_what, document, kind, message) => {
  expect(() => compilePolicy(document, 'the policy X', kind)).toThrow(message);
  expect(() => compilePolicy(document, 'the policy X', kind)).toThrow(/^the policy X: /);
});

test('a statement is called by its Sid, or by its place', () => {
  expect(policy('identity', allow({ Sid: 'Read' }), allow()).statements.map(({ id }) => id)).toEqual(['Read', 'statement 2']);
});
