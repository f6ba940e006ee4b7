import { call, findings, machine } from './support';

const RULE = 'StateMachineTimeout';

test('a machine and tasks with timeouts comply', () => {
  expect(findings(RULE, machine({ Make: call('createModel', { EnableNetworkIsolation: true }) }))).toEqual([]);
});

test('a machine without does not', () => {
  expect(findings(RULE, machine({ Done: { Type: 'Succeed' } }, {}))).toEqual([`${RULE}[Machine]`]);
});

test('a task without does not', () => {
  expect(findings(RULE, machine({ Ask: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' } }))).toEqual([`${RULE}[State::Ask]`]);
});
