import { targetInput } from '../../../local/events/input';

const event = { source: 'x', time: '2026-01-01T00:00:00Z', detail: { key: 'a"b', count: 2, list: [1] } };
const arn = 'arn:aws:events:eu-central-1:111111111111:rule/r';

test('without a transformation the target receives the event', () => {
  expect(JSON.parse(targetInput({}, event, arn))).toEqual(event);
});

test('a constant input replaces the event', () => {
  expect(targetInput({ Input: '{"a":1}' }, event, arn)).toBe('{"a":1}');
});

test('a path selects a part', () => {
  expect(targetInput({ InputPath: '$.detail.list[0]' }, event, arn)).toBe('1');
});

test('a template is filled with JSON outside and text within quotes', () => {
  const InputTransformer = {
    InputPathsMap: { key: '$.detail.key', count: '$.detail.count', none: '$.detail.none' },
    InputTemplate: '{"key":<key>,"text":"n=<count> <key>","none":<none>,"event":<aws.events.event.json>,"rule":"<aws.events.rule-name>"}',
  };
  expect(JSON.parse(targetInput({ InputTransformer }, event, arn))).toEqual({ key: 'a"b', text: 'n=2 a"b', none: '', event, rule: 'r' });
});
