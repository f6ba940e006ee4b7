import type { StateType } from './types';

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const ONWARD = ['Next', 'End'];
const LEAVING = ['Output', 'Assign'];
const RECOVERING = ['Retry', 'Catch'];

/** Fields of each state in JSONata. */
export const STATE_FIELDS: Readonly<Record<StateType, readonly string[]>> = {
  Task: [...COMMON, ...ONWARD, ...LEAVING, ...RECOVERING, 'Resource', 'Arguments', 'Credentials', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Pass: [...COMMON, ...ONWARD, ...LEAVING],
  Choice: [...COMMON, ...LEAVING, 'Choices', 'Default'],
  Wait: [...COMMON, ...ONWARD, ...LEAVING, 'Seconds', 'Timestamp'],
  Parallel: [...COMMON, ...ONWARD, ...LEAVING, ...RECOVERING, 'Branches', 'Arguments'],
  Map: [...COMMON, ...ONWARD, ...LEAVING, ...RECOVERING, 'ItemProcessor', 'Items', 'ItemSelector', 'MaxConcurrency'],
  Succeed: [...COMMON, 'Output'],
  Fail: [...COMMON, 'Error', 'Cause'],
};

/** Fields of the parts that are no states. */
export const PART_FIELDS = {
  machine: ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'],
  branch: ['Comment', 'StartAt', 'States'],
  itemProcessor: ['Comment', 'StartAt', 'States', 'ProcessorConfig'],
  processorConfig: ['Mode'],
  retrier: ['Comment', 'ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy'],
  catcher: ['Comment', 'ErrorEquals', 'Next', 'Output', 'Assign'],
  choiceRule: ['Comment', 'Condition', 'Next', 'Output', 'Assign'],
} as const;

/** Fields in which expressions stand, relative to a state. */
export const EXPRESSION_FIELDS = [
  'Output', 'Assign', 'Arguments', 'Credentials', 'TimeoutSeconds', 'HeartbeatSeconds', 'Seconds', 'Timestamp', 'Error', 'Cause', 'Items',
  'ItemSelector', 'MaxConcurrency',
] as const;

/** Fields of the other query language: AWS refuses them in a JSONata state. */
export const JSONPATH_FIELDS: ReadonlySet<string> = new Set([
  'InputPath', 'OutputPath', 'ResultPath', 'ResultSelector', 'Parameters', 'Result', 'ItemsPath', 'MaxConcurrencyPath', 'SecondsPath', 'TimestampPath',
  'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'ErrorPath', 'CausePath', 'Variable', 'Iterator',
]);

/** Fields of AWS that the local AWS does not run. */
export const UNSUPPORTED_FIELDS: Readonly<Record<string, string>> = {
  ItemReader: 'a Distributed Map',
  ItemBatcher: 'a Distributed Map',
  ResultWriter: 'a Distributed Map',
  Label: 'a Distributed Map',
  ToleratedFailureCount: 'a Distributed Map',
  ToleratedFailurePercentage: 'a Distributed Map',
};
