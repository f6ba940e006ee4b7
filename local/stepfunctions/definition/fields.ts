import type { StateType } from './types';

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const ONWARD = ['Next', 'End'];
const LEAVING = ['Output', 'Assign'];
const RECOVERING = ['Retry', 'Catch'];

/** Fields of a Map in distributed mode. */
export const DISTRIBUTED_FIELDS = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label', 'ToleratedFailureCount', 'ToleratedFailurePercentage'] as const;

/** Fields of each state in JSONata. */
export const STATE_FIELDS: Readonly<Record<StateType, readonly string[]>> = {
  Task: [...COMMON, ...ONWARD, ...LEAVING, ...RECOVERING, 'Resource', 'Arguments', 'Credentials', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Pass: [...COMMON, ...ONWARD, ...LEAVING],
  Choice: [...COMMON, ...LEAVING, 'Choices', 'Default'],
  Wait: [...COMMON, ...ONWARD, ...LEAVING, 'Seconds', 'Timestamp'],
  Parallel: [...COMMON, ...ONWARD, ...LEAVING, ...RECOVERING, 'Branches', 'Arguments'],
  Map: [...COMMON, ...ONWARD, ...LEAVING, ...RECOVERING, 'ItemProcessor', 'Items', 'ItemSelector', 'MaxConcurrency', ...DISTRIBUTED_FIELDS],
  Succeed: [...COMMON, 'Output'],
  Fail: [...COMMON, 'Error', 'Cause'],
};

/** Fields of the parts that are no states. */
export const PART_FIELDS = {
  machine: ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'],
  branch: ['Comment', 'StartAt', 'States'],
  itemProcessor: ['Comment', 'StartAt', 'States', 'ProcessorConfig'],
  processorConfig: ['Mode', 'ExecutionType'],
  itemReader: ['Resource', 'Arguments', 'ReaderConfig'],
  readerConfig: ['InputType', 'CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'MaxItems'],
  itemBatcher: ['MaxItemsPerBatch', 'MaxInputBytesPerBatch', 'BatchInput'],
  resultWriter: ['Resource', 'Arguments', 'WriterConfig'],
  writerConfig: ['Transformation', 'OutputType'],
  retrier: ['Comment', 'ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy'],
  catcher: ['Comment', 'ErrorEquals', 'Next', 'Output', 'Assign'],
  choiceRule: ['Comment', 'Condition', 'Next', 'Output', 'Assign'],
} as const;

/** Fields in which expressions stand, relative to a state. */
export const EXPRESSION_FIELDS = [
  'Output', 'Assign', 'Arguments', 'Credentials', 'TimeoutSeconds', 'HeartbeatSeconds', 'Seconds', 'Timestamp', 'Error', 'Cause', 'Items',
  'ItemSelector', 'MaxConcurrency', 'ItemReader', 'ItemBatcher', 'ResultWriter', 'ToleratedFailureCount', 'ToleratedFailurePercentage',
] as const;

/** Fields of the other query language: AWS refuses them in a JSONata state. */
export const JSONPATH_FIELDS: ReadonlySet<string> = new Set([
  'InputPath', 'OutputPath', 'ResultPath', 'ResultSelector', 'Parameters', 'Result', 'ItemsPath', 'MaxConcurrencyPath', 'SecondsPath', 'TimestampPath',
  'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'ErrorPath', 'CausePath', 'Variable', 'Iterator', 'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath', 'MaxItemsPath', 'MaxItemsPerBatchPath', 'MaxInputBytesPerBatchPath',
]);
