import { Bench, failsWith, lambdaArn, pass, single } from './support';

interface Case {
  readonly title: string;
  readonly machine: object;
  readonly input?: unknown;
  readonly output: unknown;
}

const tasks = {
  echo: (args: unknown) => args,
  seven: () => 7,
  ten: () => ({ value: 10 }),
  broken: failsWith('RangeError', '{"errorMessage":"too far"}'),
};

const task = (name: string, rest: object = {}): object => ({ Type: 'Task', Resource: lambdaArn(name), End: true, ...rest });

const cases: readonly Case[] = [
  { title: 'a Pass state hands its input on', machine: single({ Type: 'Pass' }), input: { a: 1 }, output: { a: 1 } },
  { title: 'expressions stand at any depth', machine: pass({ a: ['{% $states.input.n + 1 %}', { b: 'x{% no %}' }] }), input: { n: 1 }, output: { a: [2, { b: 'x{% no %}' }] } },
  { title: 'null is a value', machine: pass({ v: '{% $states.input.bar %}' }), input: { bar: null }, output: { v: null } },
  { title: 'numbers that JSON cannot write become their names', machine: pass('{% 1/0 %}'), output: 'Infinity' },
  { title: '$partition cuts an array', machine: pass('{% $partition([1..5], 2) %}'), output: [[1, 2], [3, 4], [5]] },
  { title: '$range counts', machine: pass('{% $range(0, 6, 2) %}'), output: [0, 2, 4, 6] },
  { title: '$range counts down', machine: pass('{% $range(3, 1, -1) %}'), output: [3, 2, 1] },
  { title: '$hash answers hex', machine: pass("{% $hash('abc', 'SHA-256') %}"), output: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
  { title: '$random repeats with a seed', machine: pass('{% $random(42) = $random(42) and $random() < 1 %}'), output: true },
  { title: '$uuid has 36 characters', machine: pass('{% $length($uuid()) %}'), output: 36 },
  { title: '$parse reads JSON text', machine: pass('{% $parse($states.input.text).a[1] %}'), input: { text: '{"a":[1,2]}' }, output: 2 },
  { title: 'Succeed has an Output', machine: single({ Type: 'Succeed', Output: '{% $states.input.x %}' }), input: { x: [1] }, output: [1] },
  {
    title: 'variables are seen from the next state on',
    machine: {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $x + 1 %}', old: '{% $x %}' }, Output: { during: '{% $x %}' }, Next: 'C' },
        C: { Type: 'Pass', Output: { x: '{% $x %}', old: '{% $old %}', during: '{% $states.input.during %}' }, End: true },
      },
    },
    output: { x: 2, old: 1, during: 1 },
  },
  {
    title: 'a Choice takes the first rule that holds, with its Output and Assign',
    machine: {
      StartAt: 'Choose',
      States: {
        Choose: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n > 10 %}', Next: 'End' },
            { Condition: '{% $states.input.n > 5 %}', Assign: { size: 'middle' }, Output: { n: '{% $states.input.n %}' }, Next: 'End' },
            { Condition: '{% $states.input.missing.deep = 1 %}', Next: 'End' },
          ],
          Default: 'End',
        },
        End: { Type: 'Pass', Output: { size: '{% $size %}', n: '{% $states.input.n %}' }, End: true },
      },
    },
    input: { n: 7, other: true },
    output: { size: 'middle', n: 7 },
  },
  {
    title: 'a Choice without a rule that holds takes the Default and its own Output',
    machine: {
      StartAt: 'Choose',
      States: {
        Choose: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'End' }], Default: 'End', Output: 'default' },
        End: { Type: 'Succeed' },
      },
    },
    output: 'default',
  },
  { title: 'a Task gets its Arguments and hands its result on', machine: single(task('echo', { Arguments: { n: '{% $states.input.n * 2 %}' } })), input: { n: 4 }, output: { n: 8 } },
  { title: 'a Task without Arguments gets the input', machine: single(task('echo')), input: { n: 4 }, output: { n: 4 } },
  { title: 'Output of a Task sees input and result', machine: single(task('ten', { Output: { sum: '{% $states.input.n + $states.result.value %}' } })), input: { n: 1 }, output: { sum: 11 } },
  {
    title: 'Catch makes the error its output',
    machine: { StartAt: 'T', States: { T: task('broken', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'E' }] }), E: { Type: 'Succeed' } } },
    output: { Error: 'RangeError', Cause: '{"errorMessage":"too far"}' },
  },
  {
    title: 'the Output and Assign of a catcher see the error and the input',
    machine: {
      StartAt: 'T',
      States: {
        T: task('broken', {
          Catch: [
            { ErrorEquals: ['Other'], Next: 'E' },
            { ErrorEquals: ['RangeError'], Assign: { why: '{% $states.errorOutput.Error %}' }, Output: { id: '{% $states.input.id %}' }, Next: 'E' },
          ],
        }),
        E: { Type: 'Pass', Output: { why: '{% $why %}', id: '{% $states.input.id %}' }, End: true },
      },
    },
    input: { id: 5 },
    output: { why: 'RangeError', id: 5 },
  },
  {
    title: 'an expression that finds nothing can be caught',
    machine: {
      StartAt: 'T',
      States: {
        T: task('ten', { Output: '{% $states.result.absent %}', Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: '{% $states.errorOutput.Cause %}', Next: 'E' }] }),
        E: { Type: 'Succeed' },
      },
    },
    output: "An error occurred while executing the state 'T' (entered at the event id #2). The JSONata expression '$states.result.absent' specified for the field 'Output' returned nothing (undefined).",
  },
  {
    title: 'Parallel gathers the outputs of its branches in order',
    machine: single({
      Type: 'Parallel',
      Arguments: { n: '{% $states.input.n %}' },
      Branches: [
        { StartAt: 'Slow', States: { Slow: { Type: 'Wait', Seconds: 60, Output: '{% $states.input.n + 1 %}', End: true } } },
        { StartAt: 'Quick', States: { Quick: task('seven') } },
      ],
      Output: '{% $states.result %}',
    }),
    input: { n: 1 },
    output: [2, 7],
  },
  {
    title: 'variables of a branch stay in it',
    machine: {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 'outer' }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Branches: [{
            StartAt: 'I',
            States: { I: { Type: 'Pass', Assign: { y: '{% $x & " seen" %}' }, Next: 'J' }, J: { Type: 'Pass', Output: '{% $y %}', End: true } },
          }],
          Next: 'Z',
        },
        Z: { Type: 'Pass', Output: { inner: '{% $states.input[0] %}', y: '{% $exists($y) %}' }, End: true },
      },
    },
    output: { inner: 'outer seen', y: false },
  },
  {
    title: 'Map runs its states for every item and keeps the order',
    machine: single({
      Type: 'Map',
      Items: '{% $states.input.items %}',
      ItemSelector: { value: '{% $states.context.Map.Item.Value %}', index: '{% $states.context.Map.Item.Index %}', base: '{% $states.input.base %}' },
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'W',
        States: {
          W: { Type: 'Wait', Seconds: '{% 10 - $states.input.value %}', Next: 'I' },
          I: { Type: 'Pass', Output: '{% $states.input.base + $states.input.value * 10 + $states.input.index %}', End: true },
        },
      },
    }),
    input: { items: [1, 2, 3], base: 100 },
    output: [110, 121, 132],
  },
  { title: 'Map over nothing answers an empty list', machine: single({ Type: 'Map', Items: [], ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } } }), output: [] },
  {
    title: 'Map without Items and ItemSelector takes the input and hands over each item',
    machine: single({ Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } } } }),
    input: [1, 2],
    output: [2, 4],
  },
  {
    title: 'the context tells execution, machine and state',
    machine: pass({
      arn: '{% $contains($states.context.Execution.Id, ":execution:machine-1:") %}',
      input: '{% $states.context.Execution.Input.a %}',
      role: '{% $states.context.Execution.RoleArn %}',
      state: '{% $states.context.State.Name %}',
      machine: '{% $states.context.StateMachine.Name %}',
      time: '{% $toMillis($states.context.Execution.StartTime) > 0 and $toMillis($states.context.State.EnteredTime) > 0 %}',
    }),
    input: { a: 1 },
    output: { arn: true, input: 1, role: 'arn:aws:iam::111111111111:role/machine', state: 'S', machine: 'machine-1', time: true },
  },
];

test.each(cases)('$title', async ({ machine, input, output }) => {
  expect(await new Bench(tasks).output(machine, input)).toEqual(output);
});

interface Failing {
  readonly title: string;
  readonly machine: object;
  readonly input?: unknown;
  readonly error: string;
  readonly cause: RegExp;
}

const failing: readonly Failing[] = [
  { title: 'Fail ends the execution with its error and cause', machine: single({ Type: 'Fail', Error: 'Why{}', Cause: '{% "n is " & $string($states.input.n) %}' }), input: { n: 3 }, error: 'Why{}', cause: /^n is 3$/ },
  { title: 'the error of a task is the error of the execution', machine: single(task('broken')), error: 'RangeError', cause: /^\{"errorMessage":"too far"\}$/ },
  { title: 'an undefined result names expression and field', machine: pass({ a: { b: ['{% $states.input.absent %}'] } }), error: 'States.QueryEvaluationError', cause: /executing the state 'S' \(entered at the event id #2\)\. The JSONata expression '\$states\.input\.absent' specified for the field 'Output\/a\/b\[0\]' returned nothing/ },
  { title: 'an expression that throws tells the code of JSONata', machine: pass("{% $sum(['a']) %}"), error: 'States.QueryEvaluationError', cause: /threw an error during evaluation\. T0412: / },
  { title: '$eval does not exist', machine: pass("{% $eval('1') %}"), error: 'States.QueryEvaluationError', cause: /T1006/ },
  { title: 'an empty partition is undefined', machine: pass('{% $partition([], 2) %}'), error: 'States.QueryEvaluationError', cause: /returned nothing/ },
  { title: 'a condition must be a boolean', machine: { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'E' }], Default: 'E' }, E: { Type: 'Succeed' } } }, error: 'States.QueryEvaluationError', cause: /'Choices\[0\]\/Condition' returned an unexpected result type\. Expected 'boolean', but was 'number'/ },
  { title: 'a Choice without a way on fails', machine: { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'E' }] }, E: { Type: 'Succeed' } } }, error: 'States.Runtime', cause: /does not point to a next state/ },
  { title: 'a function is no output', machine: pass('{% function($x){ $x } %}'), error: 'States.QueryEvaluationError', cause: /function/ },
  { title: 'Items must be a list', machine: single({ Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } } }), input: {}, error: 'States.QueryEvaluationError', cause: /'Items' returned an unexpected result type/ },
  { title: 'an error in a branch is the error of the Parallel', machine: single({ Type: 'Parallel', Branches: [{ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9_000, End: true } } }, { StartAt: 'B', States: { B: task('broken') } }] }), error: 'RangeError', cause: /too far/ },
  { title: 'an output above 256 KiB is refused', machine: pass("{% $join($map($range(1, 27000, 1), function($i){ '0123456789' })) %}"), error: 'States.DataLimitExceeded', cause: /262144/ },
  { title: 'deep nesting is refused as on AWS', machine: pass(`{% ${Array.from({ length: 101 }, () => '1').join('+')} %}`), error: 'States.QueryEvaluationError', cause: /D1011/ },
];

test.each(failing)('$title', async ({ machine, input, error, cause }) => {
  const description = await new Bench(tasks).run(machine, input);
  expect(description).toMatchObject({ status: 'FAILED', error });
  expect(description.cause).toMatch(cause);
});
