import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as sdk from '@aws-sdk/client-cloudformation';
import { ServiceError, type CallContext, type LocalCloud, type LocalService, type Operation as ServiceOperation } from '../core/service';
import { describeChangeSet, describeEvent, describeStack, summarizeResource, summarizeStack } from './describe';
import { Operation } from './engine';
import type { ChangeSet, Stack, Target } from './model';
import { planChanges } from './plan';
import { HANDLERS } from './resources';
import type { HandlerTable } from './resources/handler';
import { StackStore } from './store';
import { isSame, targetOf } from './target';

/** The toolkit polls at once and then every 5 s: an answer that waits for the end saves it the pause. */
const HOLD_MILLISECONDS = 4500;
const NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set.";
const NO_UPDATES = 'No updates are to be performed.';
const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;
const UPDATABLE: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_FAILED', 'UPDATE_FAILED'];

const invalid = (message: string): ServiceError => new ServiceError('ValidationError', message);

/**
 * CloudFormation as far as the CDK toolkit and people need it. Resource types stand in a table; what is not in it is refused when a change set is created.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
 */
export function createCloudFormationService(cloud: LocalCloud, handlers: HandlerTable = HANDLERS): LocalService {
  const store = new StackStore();
  const running = new Set<Promise<void>>();

  const held = async (work: Promise<void>): Promise<void> => {
    running.add(work);
    const ended = work.catch((error: unknown) => cloud.log('cloudformation', `an operation broke: ${String(error)}`)).then(() => void running.delete(work));
    await Promise.race([ended, delay(HOLD_MILLISECONDS, undefined, { ref: false })]);
  };

  const operation = (stack: Stack, context: CallContext, roleArn: string | undefined): Operation =>
    new Operation(cloud, store, handlers, stack, context.caller, roleArn);

  const requireIdle = (stack: Stack): void => {
    if (!UPDATABLE.includes(stack.status)) {
      throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    }
  };

  const requireNew = (name: string, context: CallContext): void => {
    if (!STACK_NAME.test(name)) {
      throw invalid(`stack name ${JSON.stringify(name)} must match ${STACK_NAME.source}`);
    }
    const existing = store.find(name, context);
    if (existing !== undefined && existing.status !== 'REVIEW_IN_PROGRESS') {
      throw new ServiceError('AlreadyExistsException', `Stack [${name}] already exists`);
    }
  };

  const changeSetOf = (input: { ChangeSetName?: string; StackName?: string }, context: CallContext): ChangeSet => {
    const found = store.findChangeSet(input.ChangeSetName ?? '', input.StackName, context);
    if (found === undefined) {
      throw new ServiceError('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
    }
    return found;
  };

  const planned = async (input: sdk.CreateChangeSetInput, stack: Stack, context: CallContext): Promise<Pick<ChangeSet, 'target' | 'changes' | 'status' | 'reason'>> => {
    try {
      const target = await targetOf(input, stack, context, cloud);
      const changes = planChanges(stack, target, store, handlers);
      return isSame(stack.current, target)
        ? { target, changes: [], status: 'FAILED', reason: NO_CHANGES }
        : { target, changes, status: 'CREATE_COMPLETE' };
    } catch (error) {
      if (error instanceof ServiceError) {
        return { changes: [], status: 'FAILED', reason: error.message };
      }
      throw error;
    }
  };

  const operations: Record<string, ServiceOperation> = {
    CreateChangeSet: async (input: sdk.CreateChangeSetInput, context: CallContext): Promise<sdk.CreateChangeSetOutput> => {
      const name = input.StackName ?? '';
      const isNew = input.ChangeSetType === 'CREATE';
      if (input.ChangeSetType === 'IMPORT') {
        throw new ServiceError('UnsupportedOperation', 'change sets of type IMPORT are not supported by the local AWS', 501);
      }
      if (isNew) {
        requireNew(name, context);
      }
      const stack = isNew ? store.find(name, context) ?? store.create(name, context) : store.get(name, context);
      if (!isNew) {
        requireIdle(stack);
      }
      const plan = await planned(input, stack, context);
      const changeSet: ChangeSet = {
        id: `arn:aws:cloudformation:${context.region}:${context.accountId}:changeSet/${input.ChangeSetName}/${randomUUID()}`,
        name: input.ChangeSetName ?? '',
        stack,
        created: new Date(),
        description: input.Description,
        ...plan,
        executionStatus: plan.status === 'FAILED' ? 'UNAVAILABLE' : 'AVAILABLE',
      };
      store.addChangeSet(changeSet);
      return { Id: changeSet.id, StackId: stack.id };
    },

    DescribeChangeSet: async (input: sdk.DescribeChangeSetInput, context: CallContext) => describeChangeSet(changeSetOf(input, context)),

    ExecuteChangeSet: async (input: sdk.ExecuteChangeSetInput, context: CallContext): Promise<sdk.ExecuteChangeSetOutput> => {
      const { stack, target, executionStatus, name, id } = changeSetOf(input, context);
      if (target === undefined || executionStatus !== 'AVAILABLE') {
        throw new ServiceError('InvalidChangeSetStatus', `ChangeSet [${id}] cannot be executed in its current execution status of [${executionStatus}]`);
      }
      const work = operation(stack, context, target.roleArn);
      store.removeChangeSet(stack, name);
      const keepOnFailure = input.DisableRollback === true;
      if (stack.status === 'REVIEW_IN_PROGRESS') {
        await held(work.create(target, keepOnFailure));
      } else {
        requireIdle(stack);
        await held(work.update(target, keepOnFailure));
      }
      return {};
    },

    DeleteChangeSet: async (input: sdk.DeleteChangeSetInput, context: CallContext): Promise<sdk.DeleteChangeSetOutput> => {
      const found = store.findChangeSet(input.ChangeSetName ?? '', input.StackName, context);
      if (found !== undefined) {
        store.removeChangeSet(found.stack, found.name);
      }
      return {};
    },

    CreateStack: async (input: sdk.CreateStackInput, context: CallContext): Promise<sdk.CreateStackOutput> => {
      requireNew(input.StackName ?? '', context);
      const target = await targetOf(input, undefined, context, cloud);
      const stack = store.find(input.StackName ?? '', context) ?? store.create(input.StackName ?? '', context);
      planChanges(stack, target, store, handlers);
      stack.terminationProtection = input.EnableTerminationProtection ?? false;
      await held(operation(stack, context, target.roleArn).create(target, input.DisableRollback === true || input.OnFailure === 'DO_NOTHING'));
      return { StackId: stack.id };
    },

    UpdateStack: async (input: sdk.UpdateStackInput, context: CallContext): Promise<sdk.UpdateStackOutput> => {
      const stack = store.get(input.StackName ?? '', context);
      requireIdle(stack);
      const target: Target = await targetOf(input, stack, context, cloud);
      if (isSame(stack.current, target)) {
        throw invalid(NO_UPDATES);
      }
      planChanges(stack, target, store, handlers);
      await held(operation(stack, context, target.roleArn).update(target, input.DisableRollback === true));
      return { StackId: stack.id };
    },

    DeleteStack: async (input: sdk.DeleteStackInput, context: CallContext): Promise<void> => {
      const stack = store.find(input.StackName ?? '', context);
      if (stack === undefined || stack.deleted !== undefined) {
        return;
      }
      if (stack.terminationProtection) {
        throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
      }
      const used = [...stack.outputs.values()].flatMap(({ exportName }) =>
        (exportName === undefined ? [] : store.importersOf(exportName, context).map(({ name }) => `Export ${exportName} cannot be deleted as it is in use by ${name}`)));
      if (used[0] !== undefined) {
        throw invalid(used[0]);
      }
      await held(operation(stack, context, input.RoleARN ?? stack.current?.roleArn).delete());
    },

    DescribeStacks: async (input: sdk.DescribeStacksInput, context: CallContext): Promise<sdk.DescribeStacksOutput> => {
      const stacks = input.StackName === undefined
        ? store.in(context).filter(({ deleted }) => deleted === undefined)
        : [store.get(input.StackName, context)];
      return { Stacks: stacks.map(describeStack) };
    },

    DescribeStackEvents: async (input: sdk.DescribeStackEventsInput, context: CallContext): Promise<sdk.DescribeStackEventsOutput> => {
      const stack = store.get(input.StackName ?? '', context);
      return { StackEvents: stack.events.map((event) => describeEvent(stack, event)).reverse() };
    },

    GetTemplate: async (input: sdk.GetTemplateInput, context: CallContext): Promise<sdk.GetTemplateOutput> => {
      const text = input.ChangeSetName === undefined
        ? store.get(input.StackName ?? '', context).current?.templateText
        : changeSetOf(input, context).target?.templateText;
      return { TemplateBody: text ?? '{}', StagesAvailable: ['Original', 'Processed'] };
    },

    UpdateTerminationProtection: async (input: sdk.UpdateTerminationProtectionInput, context: CallContext): Promise<sdk.UpdateTerminationProtectionOutput> => {
      const stack = store.get(input.StackName ?? '', context);
      stack.terminationProtection = input.EnableTerminationProtection === true;
      return { StackId: stack.id };
    },

    ListStacks: async (input: sdk.ListStacksInput, context: CallContext): Promise<sdk.ListStacksOutput> => ({
      StackSummaries: store.in(context)
        .filter(({ status }) => input.StackStatusFilter === undefined || input.StackStatusFilter.length === 0 || input.StackStatusFilter.includes(status))
        .map(summarizeStack),
    }),

    ListStackResources: async (input: sdk.ListStackResourcesInput, context: CallContext): Promise<sdk.ListStackResourcesOutput> => ({
      StackResourceSummaries: [...store.get(input.StackName ?? '', context).resources.values()].map(summarizeResource),
    }),

    DescribeStackResources: async (input: sdk.DescribeStackResourcesInput, context: CallContext): Promise<sdk.DescribeStackResourcesOutput> => {
      const stack = store.get(input.StackName ?? '', context);
      return { StackResources: [...stack.resources.values()].map((state) => ({ ...summarizeResource(state), StackName: stack.name, StackId: stack.id, Timestamp: state.updated })) };
    },

    ListExports: async (_input: sdk.ListExportsInput, context: CallContext): Promise<sdk.ListExportsOutput> => ({
      Exports: store.in(context).filter(({ deleted }) => deleted === undefined).flatMap((stack) =>
        [...stack.outputs.values()].flatMap(({ exportName, value }) => (exportName === undefined ? [] : [{ ExportingStackId: stack.id, Name: exportName, Value: value }]))),
    }),

    DescribeEvents: async (): Promise<sdk.DescribeEventsOutput> => ({ OperationEvents: [] }),
    ListHookResults: async (): Promise<sdk.ListHookResultsOutput> => ({ HookResults: [] }),
  };

  return {
    name: 'cloudformation',
    protocol: 'query',
    sdk,
    operations,
    async stop() {
      await Promise.race([Promise.allSettled(running), delay(1000, undefined, { ref: false })]);
    },
  };
}
