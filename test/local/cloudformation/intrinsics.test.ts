import { NO_VALUE, references, resolve, type Scope } from '../../../local/cloudformation/intrinsics';
import type { Value } from '../../../local/cloudformation/template';
import { parseTemplate } from '../../../local/cloudformation/template';
import { parseTemplateUrl } from '../../../local/cloudformation/target';

const scope: Scope = {
  ref: (name) => ({ 'AWS::Region': 'eu-central-1', List: ['a', 'b'], P: 'p' } as Record<string, Value>)[name] ?? `ref:${name}`,
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  condition: (name) => name === 'Yes',
  mapping: (...path) => path.join('.'),
  importValue: (name) => `import:${name}`,
  stackOutput: ({ StackName, OutputName }) => `${StackName}:${OutputName}`,
};

describe('functions of a template', () => {
  const cases: readonly (readonly [string, Value, unknown])[] = [
    ['Ref', { Ref: 'P' }, 'p'],
    ['GetAtt as list', { 'Fn::GetAtt': ['A', 'Arn'] }, 'A/Arn'],
    ['GetAtt as text', { 'Fn::GetAtt': 'A.Nested.Arn' }, 'A/Nested.Arn'],
    ['Sub with references, variables and an escape', { 'Fn::Sub': ['${P}-${A.Arn}-${v}-${!keep}', { v: { Ref: 'P' } }] }, 'p-A/Arn-p-${keep}'],
    ['Join of a list', { 'Fn::Join': [',', { Ref: 'List' }] }, 'a,b'],
    ['Join of mixed parts', { 'Fn::Join': ['', ['x', { Ref: 'P' }, 1]] }, 'xp1'],
    ['Split and Select', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['If', { 'Fn::If': ['Yes', 1, 2] }, 1],
    ['Equals, Not, And, Or', { 'Fn::And': [{ 'Fn::Equals': ['a', 'a'] }, { 'Fn::Not': [{ Condition: 'No' }] }, { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }] }, true],
    ['FindInMap', { 'Fn::FindInMap': ['M', { Ref: 'P' }, 'k'] }, 'M.p.k'],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${P}-x' } }, 'import:p-x'],
    ['GetStackOutput', { 'Fn::GetStackOutput': { StackName: 's', OutputName: 'o' } }, 's:o'],
    ['Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    ['GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'eu-central-1a'],
    ['Cidr', { 'Fn::Select': [1, { 'Fn::Cidr': ['10.0.0.0/16', 4, 8] }] }, '10.0.1.0/24'],
    ['ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'P' } } }, '{"a":"p"}'],
    ['Contains', { 'Fn::Contains': [['1', '2'], '2'] }, true],
  ];
  test.each(cases)('%s', (_name, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test('AWS::NoValue leaves a property out', () => {
    const value = { a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, b: [1, { Ref: 'AWS::NoValue' }] };
    expect(resolve(value, { ...scope, ref: () => NO_VALUE })).toEqual({ b: [1] });
  });

  test('a policy condition named Condition is no function', () => {
    const statement = { Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(resolve(statement, scope)).toEqual(statement);
  });

  test('an unknown function is refused by name', () => {
    expect(() => resolve({ 'Fn::Magic': 1 }, scope)).toThrow('function Fn::Magic is not supported by the local AWS');
  });
});

test('references are found wherever they hide', () => {
  const value = {
    a: { 'Fn::Sub': ['${A.Arn} ${v} ${!No}', { v: { Ref: 'B' } }] }, b: [{ 'Fn::GetAtt': ['C', 'Arn'] }], c: { 'Fn::Join': ['', [{ Ref: 'D' }]] }, d: { 'Fn::If': ['X', { Ref: 'E' }, 1] },
  };
  expect([...references(value)].sort()).toEqual(['A', 'B', 'C', 'D', 'E']);
});

describe('a template', () => {
  test('may be YAML', () => {
    expect(parseTemplate('Resources:\n  A:\n    Type: AWS::S3::Bucket\n').Resources.A?.Type).toBe('AWS::S3::Bucket');
  });

  test('with a macro is refused', () => {
    expect(() => parseTemplate('{"Transform":"AWS::Serverless-2016-10-31","Resources":{}}')).toThrow('Transform');
  });

  test.each([
    ['http://127.0.0.1:4000/bucket/a/b.json', { Bucket: 'bucket', Key: 'a/b.json' }],
    ['https://s3.eu-central-1.amazonaws.com/bucket/b.json', { Bucket: 'bucket', Key: 'b.json' }],
    ['https://bucket.s3.eu-central-1.amazonaws.com/a/b.json', { Bucket: 'bucket', Key: 'a/b.json' }],
  ])('is found at %s', (url, expected) => {
    expect(parseTemplateUrl(url)).toEqual(expected);
  });
});
