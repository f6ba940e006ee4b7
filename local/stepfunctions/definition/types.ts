/** The States Language in JSONata, as far as the local AWS runs it. */
export interface Block {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Definition extends Block {
  readonly Comment?: string;
  readonly TimeoutSeconds?: number;
  readonly Version?: string;
  readonly QueryLanguage?: string;
}

/** What a state, a catcher or a choice rule says about leaving. */
export interface Leaving {
  readonly Output?: unknown;
  readonly Assign?: Readonly<Record<string, unknown>>;
}

interface Common {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
}

interface Onward {
  readonly Next?: string;
  readonly End?: boolean;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher extends Leaving {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface Recovering {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface TaskState extends Common, Onward, Leaving, Recovering {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: unknown;
  readonly Credentials?: { readonly RoleArn: unknown };
  readonly TimeoutSeconds?: unknown;
  readonly HeartbeatSeconds?: unknown;
}

export interface PassState extends Common, Onward, Leaving {
  readonly Type: 'Pass';
}

export interface ChoiceRule extends Leaving {
  readonly Condition: unknown;
  readonly Next: string;
}

export interface ChoiceState extends Common, Leaving {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

export interface WaitState extends Common, Onward, Leaving {
  readonly Type: 'Wait';
  readonly Seconds?: unknown;
  readonly Timestamp?: unknown;
}

export interface ParallelState extends Common, Onward, Leaving, Recovering {
  readonly Type: 'Parallel';
  readonly Branches: readonly Block[];
  readonly Arguments?: unknown;
}

/** Where a Distributed Map takes its items from. */
export interface ItemReader {
  readonly Resource: string;
  readonly Arguments?: unknown;
  readonly ReaderConfig?: {
    readonly InputType?: string;
    readonly CSVHeaderLocation?: 'FIRST_ROW' | 'GIVEN';
    readonly CSVHeaders?: readonly string[];
    readonly CSVDelimiter?: string;
    readonly MaxItems?: unknown;
  };
}

/** How many items of a Distributed Map one child execution gets. */
export interface ItemBatcher {
  readonly MaxItemsPerBatch?: unknown;
  readonly MaxInputBytesPerBatch?: unknown;
  readonly BatchInput?: unknown;
}

/** What happens to the results of a Distributed Map. */
export interface ResultWriter {
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly WriterConfig?: { readonly Transformation?: string; readonly OutputType?: string };
}

export interface MapState extends Common, Onward, Leaving, Recovering {
  readonly Type: 'Map';
  readonly ItemProcessor: Block & { readonly ProcessorConfig?: { readonly Mode?: string; readonly ExecutionType?: 'STANDARD' | 'EXPRESS' } };
  readonly Items?: unknown;
  readonly ItemSelector?: unknown;
  readonly MaxConcurrency?: unknown;
  readonly ItemReader?: ItemReader;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
  readonly Label?: string;
  readonly ToleratedFailureCount?: unknown;
  readonly ToleratedFailurePercentage?: unknown;
}

export interface SucceedState extends Common {
  readonly Type: 'Succeed';
  readonly Output?: unknown;
}

export interface FailState extends Common {
  readonly Type: 'Fail';
  readonly Error?: unknown;
  readonly Cause?: unknown;
}

export type State = TaskState | PassState | ChoiceState | WaitState | ParallelState | MapState | SucceedState | FailState;
export type StateType = State['Type'];
