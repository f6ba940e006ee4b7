import type { Change, DescribeChangeSetOutput, Stack as StackAnswer, StackEvent, StackResourceSummary, StackSummary } from '@aws-sdk/client-cloudformation';
import type { ChangeSet, PlannedChange, ResourceState, Stack, StackEventRecord, Target } from './model';

const parametersOf = (target: Target | undefined): { ParameterKey: string; ParameterValue: string; ResolvedValue?: string }[] =>
  Object.entries(target?.parameters ?? {}).map(([name, value]) => {
    const isSsm = target?.template.Parameters?.[name]?.Type.startsWith('AWS::SSM::Parameter::Value<') === true;
    return { ParameterKey: name, ParameterValue: value, ...(isSsm ? { ResolvedValue: String(target?.resolvedParameters[name] ?? '') } : {}) };
  });

export const describeStack = (stack: Stack): StackAnswer => ({
  StackId: stack.id,
  StackName: stack.name,
  Description: stack.current?.template.Description,
  CreationTime: stack.created,
  LastUpdatedTime: stack.updated,
  DeletionTime: stack.deleted,
  StackStatus: stack.status,
  StackStatusReason: stack.reason,
  Parameters: parametersOf(stack.current),
  Outputs: [...stack.outputs].map(([name, { value, description, exportName }]) =>
    ({ OutputKey: name, OutputValue: value, Description: description, ExportName: exportName })),
  Tags: [...stack.current?.tags ?? []],
  RoleARN: stack.current?.roleArn,
  NotificationARNs: [],
  Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
  DisableRollback: false,
  EnableTerminationProtection: stack.terminationProtection,
  RollbackConfiguration: {},
  DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
});

export const summarizeStack = (stack: Stack): StackSummary => ({
  StackId: stack.id,
  StackName: stack.name,
  CreationTime: stack.created,
  LastUpdatedTime: stack.updated,
  DeletionTime: stack.deleted,
  StackStatus: stack.status,
  StackStatusReason: stack.reason,
});

export const summarizeResource = (state: ResourceState): StackResourceSummary & { ResourceStatus: ResourceState['status'] } => ({
  LogicalResourceId: state.logicalId,
  PhysicalResourceId: state.physicalId,
  ResourceType: state.type,
  LastUpdatedTimestamp: state.updated,
  ResourceStatus: state.status,
  ResourceStatusReason: state.reason,
});

export const describeEvent = (stack: Stack, event: StackEventRecord): StackEvent => ({
  EventId: event.id,
  StackId: stack.id,
  StackName: stack.name,
  LogicalResourceId: event.logicalId,
  PhysicalResourceId: event.physicalId,
  ResourceType: event.type,
  Timestamp: event.time,
  ResourceStatus: event.status as StackEvent['ResourceStatus'],
  ResourceStatusReason: event.reason,
});

const changeOf = (change: PlannedChange): Change => ({
  Type: 'Resource',
  ResourceChange: {
    Action: change.action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: change.replacement,
    PolicyAction: change.replacement === 'True' ? (change.replacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete') : undefined,
    Scope: change.action === 'Modify' ? ['Properties'] : [],
    Details: change.properties.map((name) => ({
      Target: { Attribute: 'Properties', Name: name, RequiresRecreation: change.replacement === 'True' ? 'Always' : 'Never' },
      Evaluation: 'Static',
      ChangeSource: 'DirectModification',
    })),
  },
});

export const describeChangeSet = (changeSet: ChangeSet): DescribeChangeSetOutput => ({
  ChangeSetName: changeSet.name,
  ChangeSetId: changeSet.id,
  StackId: changeSet.stack.id,
  StackName: changeSet.stack.name,
  Description: changeSet.description,
  Parameters: parametersOf(changeSet.target),
  CreationTime: changeSet.created,
  ExecutionStatus: changeSet.executionStatus,
  Status: changeSet.status,
  StatusReason: changeSet.reason,
  Tags: [...changeSet.target?.tags ?? []],
  NotificationARNs: [],
  Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
  Changes: changeSet.changes.map(changeOf),
  IncludeNestedStacks: false,
});
