import { createRequire } from 'node:module';
import { skeleton } from './skeleton';
import { Bench, lambdaArn, single } from './support';

/** The published validator, as a second opinion; it ships no types. */
const aslValidator = createRequire(__filename)('asl-validator') as (definition: object) => { readonly isValid: boolean; readonly errors: readonly object[] };

const end = { Type: 'Pass', End: true };
const distributed = (rest: object, config: object = { ExecutionType: 'STANDARD' }): object =>
  single({ Type: 'Map', ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ...config }, StartAt: 'I', States: { I: end } }, ...rest });
const task = (rest: object): object => single({ Type: 'Task', Resource: lambdaArn('f'), ...rest });

interface Refused {
  readonly title: string;
  readonly definition: object;
  readonly says: RegExp;
}

const refused: readonly Refused[] = [
  { title: 'a JSONPath machine, which is the default of the language', definition: { QueryLanguage: undefined, ...single(end) }, says: /State 'S' is in JSONPath; .* field 'QueryLanguage' to 'JSONata'.* at \/States\/S\/QueryLanguage/ },
  { title: 'a JSONPath state', definition: single({ ...end, QueryLanguage: 'JSONPath' }), says: /State 'S' is in JSONPath/ },
  { title: 'a JSONPath field', definition: task({ Parameters: {} }), says: /field 'Parameters' is only supported for the 'JSONPath' QueryLanguage at \/States\/S/ },
  { title: 'a field that no state has', definition: single({ ...end, Colour: 'red' }), says: /Field 'Colour' is not supported.* at \/States\/S\/Colour/ },
  { title: 'a field of another state', definition: single({ ...end, TimeoutSeconds: 3 }), says: /Field 'TimeoutSeconds' is not supported/ },
  { title: 'Arguments on a Pass state', definition: single({ ...end, Arguments: {} }), says: /Field 'Arguments' is not supported/ },
  { title: 'an unknown type', definition: single({ Type: 'Loop' }), says: /Type 'Loop'; known are Task/ },
  { title: 'an unknown field of the machine', definition: { ...single(end), Timeout: 3 }, says: /Field 'Timeout' is not supported.* at \/Timeout/ },
  { title: 'an unknown field of a retrier', definition: task({ Retry: [{ ErrorEquals: ['A'], Backoff: 2 }] }), says: /Field 'Backoff' is not supported.* at \/States\/S\/Retry\[0\]\/Backoff/ },
  { title: 'a retrier with an impossible number', definition: task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] }), says: /IntervalSeconds is 0 but must be a whole number from 1/ },
  { title: 'States.ALL before other entries', definition: task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }), says: /States\.ALL must appear alone and in the last entry/ },
  { title: 'an unknown field of a catcher', definition: task({ Catch: [{ ErrorEquals: ['A'], Next: 'S', ResultPath: '$' }] }), says: /field 'ResultPath' is only supported/ },
  { title: 'an expression that does not parse', definition: single({ ...end, Output: { a: ['{% a[1,2) %}'] } }), says: /INVALID_JSONATA_EXPRESSION: .* at \/States\/S\/Output\/a\[0\]/ },
  { title: 'a name at the top level', definition: single({ ...end, Output: '{% phone %}' }), says: /UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported\. at \/States\/S\/Output/ },
  { title: 'a name at the top level inside a function', definition: single({ ...end, Output: '{% $map($states.input.a, function($x){ b }) %}' }), says: /Reference to 'b'/ },
  { title: 'the top-level context', definition: single({ ...end, Output: '{% $$.a %}' }), says: /Reference to '\$\$' is not supported/ },
  { title: 'the error outside of a catcher', definition: single({ ...end, Output: '{% $states.errorOutput.Error %}' }), says: /\$states\.errorOutput' is only supported/ },
  { title: 'a distributed Map of no type', definition: distributed({}, {}), says: /ExecutionType is "" but must be one of STANDARD, EXPRESS at \/States\/S\/ItemProcessor\/ProcessorConfig\/ExecutionType/ },
  { title: 'an item reader of an inline Map', definition: single({ Type: 'Map', ItemReader: {}, ItemProcessor: single(end) }), says: /Field 'ItemReader' is only supported in Mode 'DISTRIBUTED' at \/States\/S\/ItemReader/ },
  { title: 'an item reader of another service', definition: distributed({ ItemReader: { Resource: 'arn:aws:states:::dynamodb:scan' } }), says: /Resource is "arn:aws:states:::dynamodb:scan" but must be one of arn:aws:states:::s3:getObject/ },
  { title: 'an item reader of a format that is not read here', definition: distributed({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'PARQUET' } } }), says: /InputType is "PARQUET" but must be one of CSV, JSON, JSONL/ },
  { title: 'a CSV reader that does not say where its header is', definition: distributed({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'CSV' } } }), says: /'CSVHeaderLocation' is required for CSV/ },
  { title: 'both items and a reader', definition: distributed({ Items: [], ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2' } }), says: /Only one of the fields 'Items' and 'ItemReader' is allowed/ },
  { title: 'a result writer that does nothing', definition: distributed({ ResultWriter: {} }), says: /One of the fields 'Resource' and 'WriterConfig' is required/ },
  { title: 'an unknown field of a batcher', definition: distributed({ ItemBatcher: { MaxItems: 3 } }), says: /Field 'MaxItems' is not supported.* at \/States\/S\/ItemBatcher\/MaxItems/ },
  { title: 'a service without an integration', definition: single({ Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask.sync' }), says: /State 'S': Resource 'arn:aws:states:::ecs:runTask\.sync' is not supported by the local AWS/ },
  { title: 'a service that the SDK has but the local AWS has not', definition: single({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ec2:runInstances' }), says: /service 'ec2' is not known to the local AWS/ },
  { title: 'an action that the service does not have', definition: single({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:getParam' }), says: /action 'getParam' of service 'ssm' is not known/ },
  { title: 'an action in the wrong case', definition: single({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:GetParameter' }), says: /action 'GetParameter'/ },
  { title: 'a job of an SDK integration', definition: single({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter.sync' }), says: /AWS SDK integrations have no \.sync/ },
  { title: 'an activity', definition: single({ Type: 'Task', Resource: 'arn:aws:states:eu-central-1:111111111111:activity:a' }), says: /activity:a' is not supported/ },
  { title: 'a state that nothing leads to', definition: { StartAt: 'A', States: { A: end, B: end } }, says: /B/ },
  { title: 'a way to a state that is not there', definition: { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } }, says: /MISSING_TRANSITION_TARGET/ },
  { title: 'a start that is not there', definition: { StartAt: 'B', States: { A: end } }, says: /MISSING_TRANSITION_TARGET/ },
  { title: 'a block that never ends', definition: { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }, says: /MISSING_END_STATE/ },
  { title: 'a name that occurs twice', definition: single({ Type: 'Parallel', Branches: [single(end)] }), says: /DUPLICATE_STATE_NAME: State 'S'/ },
  { title: 'both Next and End', definition: { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B', End: true }, B: end } }, says: /Exactly one of the fields Next, End is required at \/States\/A/ },
  { title: 'neither Next nor End', definition: { StartAt: 'A', States: { A: { Type: 'Pass' }, B: end } }, says: /Exactly one of the fields Next, End is required/ },
  { title: 'a Task without Resource', definition: single({ Type: 'Task' }), says: /Field 'Resource' is required at \/States\/S/ },
  { title: 'a Wait for nothing', definition: single({ Type: 'Wait' }), says: /Exactly one of the fields Seconds, Timestamp is required/ },
  { title: 'a Wait of a negative time', definition: single({ Type: 'Wait', Seconds: -1 }), says: /Seconds is -1 but must be a whole number of at least 0 or an expression at \/States\/S\/Seconds/ },
  { title: 'a Choice without rules', definition: { StartAt: 'A', States: { A: { Type: 'Choice', Choices: [], Default: 'B' }, B: end } }, says: /Choices is \[\] but must be a list with at least one entry/ },
  { title: 'a rule without Condition', definition: { StartAt: 'A', States: { A: { Type: 'Choice', Choices: [{ Next: 'B' }] }, B: end } }, says: /Field 'Condition' is required at \/States\/A\/Choices\[0\]/ },
  { title: 'a catcher without ErrorEquals', definition: { StartAt: 'A', States: { A: { Type: 'Task', Resource: lambdaArn('f'), Catch: [{ Next: 'B' }], Next: 'B' }, B: end } }, says: /Field 'ErrorEquals' is required/ },
  { title: 'a time limit of zero', definition: task({ TimeoutSeconds: 0 }), says: /TimeoutSeconds is 0/ },
  { title: 'a Parallel without branches', definition: single({ Type: 'Parallel' }), says: /Field 'Branches' is required/ },
  { title: 'a problem inside of a branch', definition: single({ Type: 'Parallel', Branches: [{ StartAt: 'I', States: { I: { ...end, Result: 1 } } }] }), says: /'Result' is only supported for the 'JSONPath' QueryLanguage at \/States\/S\/Branches\[0\]\/States\/I/ },
];

test.each(refused)('a definition with $title is refused', async ({ definition, says }) => {
  await expect(new Bench().machine(definition)).rejects.toMatchObject({ code: 'InvalidDefinition', message: expect.stringMatching(says) as unknown });
});

test('all problems are told at once', async () => {
  const creation = new Bench().machine({ StartAt: 'A', States: { A: { Type: 'Pass', InputPath: '$', Colour: 1, End: true } } });
  await expect(creation).rejects.toThrow(/InputPath[^]*Colour/);
});

test('a text that is no JSON is refused', async () => {
  const creation = new Bench().call('CreateStateMachine', { name: 'a', definition: '{', roleArn: 'arn:aws:iam::111111111111:role/a' });
  await expect(creation).rejects.toMatchObject({ code: 'InvalidDefinition', message: expect.stringContaining('INVALID_JSON_DESCRIPTION') as unknown });
});

const accepted: readonly { readonly title: string; readonly definition: object }[] = [
  { title: 'expressions of several lines', definition: single({ ...end, Output: '{%\n  $states.input.a\n%}' }) },
  { title: 'expressions without blanks', definition: single({ ...end, Output: '{%$states.input.a%}' }) },
  { title: 'any JSON as Output', definition: single({ ...end, Output: [1, 'text', '', { a: [[]] }] }) },
  { title: 'names in later steps, predicates and groups', definition: single({ ...end, Output: '{% $states.input.items[value > 3].{"a": b, c: d}^(e) %}' }) },
  { title: 'states named like fields', definition: { StartAt: 'Output', States: { Output: { Type: 'Pass', Next: 'Resource' }, Resource: end } } },
  { title: 'a function version as Resource', definition: task({ Resource: `${lambdaArn('f')}:3` }) },
  { title: 'dynamic limits', definition: task({ TimeoutSeconds: '{% $states.input.limit %}', HeartbeatSeconds: 5 }) },
  { title: 'JSONata chosen by each state', definition: { ...single({ ...end, QueryLanguage: 'JSONata' }), QueryLanguage: undefined } },
];

test.each(accepted)('a definition with $title is accepted', async ({ definition }) => {
  expect(await new Bench().machine(definition)).toContain(':stateMachine:machine-1');
});

test('a machine with every type of state is accepted, here and by the published validator', async () => {
  const definition = {
    QueryLanguage: 'JSONata',
    TimeoutSeconds: 60,
    StartAt: 'Choose',
    States: {
      Choose: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Assign: { a: 1 }, Next: 'Wait' }], Default: 'No' },
      Wait: { Type: 'Wait', Seconds: '{% 3 %}', Next: 'Work' },
      Work: {
        Type: 'Task', Resource: `${lambdaArn('f')}:3`, Arguments: { a: ['{% $a %}'] }, TimeoutSeconds: 9, Next: 'Both',
        Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 2, MaxAttempts: 1, BackoffRate: 1.5, JitterStrategy: 'FULL' }],
        Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Next: 'No' }],
      },
      Both: { Type: 'Parallel', Branches: [{ StartAt: 'Left', States: { Left: end } }, { StartAt: 'Right', States: { Right: end } }], Next: 'Each' },
      Each: { Type: 'Map', Items: [1], MaxConcurrency: 2, ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'One', States: { One: end } }, Next: 'Yes' },
      Yes: { Type: 'Succeed', Output: [1] },
      No: { Type: 'Fail', Error: 'No', Cause: '{% $a %}' },
    },
  };
  expect(await new Bench().machine(definition)).toContain(':stateMachine:machine-1');
  expect(aslValidator(skeleton(definition)).errors).toEqual([]);
});
