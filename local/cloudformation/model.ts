import type { ChangeSetStatus, ExecutionStatus, ResourceStatus, StackStatus, Tag } from '@aws-sdk/client-cloudformation';
import type { Template, Values } from './template';

/** A resource that a stack made. */
export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** As they were resolved for the last create or update. */
  readonly properties: Values;
  readonly attributes: Values;
  /** What it needed, for deletion in reverse order; kept here since a template in which it is missing does not say. */
  readonly needs: readonly string[];
  readonly deletionPolicy: string;
  readonly replacePolicy: string;
  status: ResourceStatus;
  reason?: string;
  updated: Date;
}

export interface StackEventRecord {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly time: Date;
}

/** What a stack operation is asked to reach. */
export interface Target {
  readonly templateText: string;
  readonly template: Template;
  /** As given: `UsePreviousValue` needs them raw. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What stands behind parameters of SSM types. */
  readonly resolvedParameters: Readonly<Record<string, string | readonly string[]>>;
  readonly tags: readonly Tag[];
  readonly roleArn?: string;
}

export interface OutputRecord {
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly created: Date;
  readonly resources: Map<string, ResourceState>;
  readonly outputs: Map<string, OutputRecord>;
  readonly events: StackEventRecord[];
  /** Names of exports that this stack uses. */
  imports: ReadonlySet<string>;
  status: StackStatus;
  reason?: string;
  updated?: Date;
  deleted?: Date;
  /** What the stack is now; absent while it is only under review. */
  current?: Target;
  terminationProtection: boolean;
}

export interface PlannedChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly replacement?: 'True' | 'False' | 'Conditional';
  readonly properties: readonly string[];
  readonly replacePolicy?: string;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly created: Date;
  readonly description?: string;
  readonly target?: Target;
  readonly changes: readonly PlannedChange[];
  readonly status: ChangeSetStatus;
  readonly reason?: string;
  executionStatus: ExecutionStatus;
}
