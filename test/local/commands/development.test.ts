import { plainCause } from '../../../local/commands/development';

test('a failure is told by its message, without the trace of the function', () => {
  expect(plainCause(JSON.stringify({ errorType: 'DocumentationIncomplete', errorMessage: 'purpose is a TODO', trace: ['at handler'] }))).toBe('purpose is a TODO');
});

test.each([['The data gate said no', 'The data gate said no'], ['{"other":1}', '{"other":1}'], [undefined, 'no reason was given']])('%s is told as it is', (cause, told) => {
  expect(plainCause(cause)).toBe(told);
});
