import { isRecord } from './references';

/** The pipeline definition as far as it is rehearsed here; `checkDefinition` refuses the rest by name. */

export type ParameterType = 'String' | 'Integer' | 'Float' | 'Boolean';

export interface PipelineParameter {
  readonly Name: string;
  readonly Type: ParameterType;
  readonly DefaultValue?: string | number | boolean;
  readonly EnumValues?: readonly (string | number | boolean)[];
}

export interface RetryPolicy {
  readonly ExceptionType: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly ExpireAfterMin?: number;
}

export interface PropertyFile {
  readonly PropertyFileName: string;
  readonly OutputName: string;
  readonly FilePath: string;
}

export interface Step {
  readonly Name: string;
  readonly Type: string;
  readonly Arguments: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DisplayName?: string;
  readonly Description?: string;
  readonly CacheConfig?: { readonly Enabled?: boolean };
  readonly RetryPolicies?: readonly RetryPolicy[];
  readonly PropertyFiles?: readonly PropertyFile[];
}

export interface PipelineDefinition {
  readonly Version: string;
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly Parameters?: readonly PipelineParameter[];
  readonly Steps: readonly Step[];
}

/** A condition step decides which of its branches run. */
export interface Branch {
  readonly condition: string;
  readonly outcome: boolean;
}

/** A step and the branch that it stands in. */
export interface PlacedStep {
  readonly step: Step;
  readonly branch?: Branch;
}

const stepsOf = (value: unknown): readonly Step[] => (Array.isArray(value) ? (value as readonly Step[]) : []);

/** All steps, those of the branches after their condition. */
export function placedSteps(steps: readonly Step[], branch?: Branch): PlacedStep[] {
  return steps.flatMap((step) => [
    { step, ...(branch === undefined ? {} : { branch }) },
    ...(step.Type === 'Condition' && isRecord(step.Arguments)
      ? [
          ...placedSteps(stepsOf(step.Arguments.IfSteps), { condition: step.Name, outcome: true }),
          ...placedSteps(stepsOf(step.Arguments.ElseSteps), { condition: step.Name, outcome: false }),
        ]
      : []),
  ]);
}

/** What a step's own references and arguments are: those of a condition's branches belong to the steps there. */
export function ownArguments(step: Step): unknown {
  if (step.Type !== 'Condition') {
    return step.Arguments;
  }
  return step.Arguments.Conditions;
}

const TYPE_CHECKS: Readonly<Record<ParameterType, (text: string) => string | number | boolean | undefined>> = {
  String: (text) => text,
  Integer: (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
  Float: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
  Boolean: (text) => ({ true: true, false: false })[text.toLowerCase()],
};

const LONGEST_VALUE = 1024;

/**
 * Values of all parameters of an execution: those given as text, in the declared type, and the defaults of the others.
 *
 * @throws Error that names what is unknown, missing, of another type, too long or outside the declared values
 */
export function parameterValues(
  declared: readonly PipelineParameter[],
  given: readonly { readonly Name?: string; readonly Value?: string }[],
): Readonly<Record<string, string | number | boolean>> {
  const names = new Set(declared.map(({ Name }) => Name));
  const unknown = given.filter(({ Name }) => !names.has(Name ?? '')).map(({ Name }) => Name);
  if (unknown.length > 0) {
    throw new Error(`unknown pipeline parameters: ${unknown.join(', ')}; the definition declares ${[...names].join(', ') || 'none'}`);
  }
  const values = declared.map((parameter) => [parameter.Name, valueOf(parameter, given.find(({ Name }) => Name === parameter.Name)?.Value)] as const);
  return Object.fromEntries(values);
}

function valueOf({ Name, Type, DefaultValue, EnumValues }: PipelineParameter, text: string | undefined): string | number | boolean {
  if (text === undefined && DefaultValue === undefined) {
    throw new Error(`the pipeline parameter ${Name} has no default and no value was given`);
  }
  if (text !== undefined && text.length > LONGEST_VALUE) {
    throw new Error(`the pipeline parameter ${Name} has ${text.length} characters; the limit is ${LONGEST_VALUE}`);
  }
  const value = text === undefined ? DefaultValue : TYPE_CHECKS[Type](text);
  if (value === undefined) {
    throw new Error(`the pipeline parameter ${Name} has the value ${JSON.stringify(text)}, which is no ${Type}`);
  }
  if (EnumValues !== undefined && !EnumValues.includes(value)) {
    throw new Error(`the pipeline parameter ${Name} has the value ${JSON.stringify(value)}; allowed are ${EnumValues.join(', ')}`);
  }
  return value;
}
