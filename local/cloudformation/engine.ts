import { actingService } from '../core/keys';
import { ServiceError, type Caller, type LocalCloud } from '../core/service';
import { createContext, Session } from './context';
import { changedProperties, effectOf } from './diff';
import { resolve, resolveAll, type Scope } from './intrinsics';
import type { ResourceState, Stack, Target } from './model';
import { dependenciesOf, reversed, runInOrder, type Dependencies } from './order';
import type { Existing, HandlerTable, ResourceHandler } from './resources/handler';
import { createScope, includedResources } from './scope';
import type { StackStore } from './store';
import { templateError, type TemplateResource, type Values } from './template';

type Undo = () => Promise<void>;

const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** Why an operation on a resource failed, as a stack event tells it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const service = (error as { $service?: string }).$service;
  return error instanceof ServiceError || service === undefined ? error.message : `${error.message} (Code: ${error.name})`;
}

class ResourceFailed extends Error {
  constructor(readonly logicalId: string, readonly verb: string) {
    super(`${logicalId} failed to ${verb}`);
  }
}

/** One create, update or delete of one stack. */
export class Operation {
  private readonly session: Session;
  private readonly undo: Undo[] = [];
  /** Physical resources that an update leaves behind: replaced or removed. */
  private readonly leftovers: ResourceState[] = [];
  private readonly failed: string[] = [];

  constructor(
    private readonly cloud: LocalCloud,
    private readonly store: StackStore,
    private readonly handlers: HandlerTable,
    private readonly stack: Stack,
    caller: Caller,
    roleArn: string | undefined,
  ) {
    const credentials = roleArn === undefined
      ? { accessKeyId: caller.accessKeyId, secretAccessKey: 'not-checked' }
      : cloud.credentialsOf(roleArn, 'AWSCloudFormation', actingService('cloudformation', stack.accountId, stack.id));
    this.session = new Session({ endpoint: cloud.endpoint, region: stack.region }, credentials);
  }

  async create(target: Target, keepOnFailure: boolean): Promise<void> {
    this.status('CREATE_IN_PROGRESS', 'User Initiated');
    await this.guarded(async () => {
      try {
        await this.apply(target);
        this.stack.current = target;
        this.status('CREATE_COMPLETE');
      } catch (error) {
        const reason = this.failureReason('create', error);
        if (keepOnFailure) {
          return this.status('CREATE_FAILED', reason);
        }
        this.status('ROLLBACK_IN_PROGRESS', `${reason} Rollback requested by user.`);
        const clean = await this.removeAll([...this.stack.resources.values()], 'create');
        this.stack.outputs.clear();
        this.status(clean ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED');
      }
    });
  }

  async update(target: Target, keepOnFailure: boolean): Promise<void> {
    const before = this.stack.current;
    this.stack.updated = new Date();
    this.status('UPDATE_IN_PROGRESS', 'User Initiated');
    await this.guarded(async () => {
      try {
        await this.apply(target);
      } catch (error) {
        const reason = this.failureReason('update', error);
        if (keepOnFailure) {
          return this.status('UPDATE_FAILED', reason);
        }
        return this.rollBack(before, reason);
      }
      this.stack.current = target;
      this.status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      await this.removeAll(this.leftovers, 'cleanup');
      this.status('UPDATE_COMPLETE');
    });
  }

  async delete(): Promise<void> {
    this.status('DELETE_IN_PROGRESS', 'User Initiated');
    await this.guarded(async () => {
      const clean = await this.removeAll([...this.stack.resources.values()], 'delete');
      if (!clean) {
        return this.status('DELETE_FAILED', `The following resource(s) failed to delete: [${this.failed.join(', ')}].`);
      }
      this.stack.deleted = new Date();
      this.stack.imports = new Set();
      this.status('DELETE_COMPLETE');
    });
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } finally {
      this.session.close();
    }
  }

  private status(status: Stack['status'], reason?: string): void {
    this.stack.status = status;
    this.stack.reason = reason;
    this.store.event(this.stack, { logicalId: this.stack.name, physicalId: this.stack.id, type: STACK_TYPE, status, reason });
    this.cloud.log('cloudformation', `${this.stack.accountId} ${this.stack.name} ${status}${reason === undefined ? '' : `: ${reason}`}`);
  }

  private failureReason(verb: string, error: unknown): string {
    return this.failed.length > 0 ? `The following resource(s) failed to ${verb}: [${this.failed.join(', ')}].` : reasonOf(error);
  }

  private resourceEvent(logicalId: string, type: string, physicalId: string, status: string, reason?: string): void {
    this.store.event(this.stack, { logicalId, physicalId, type, status, reason });
  }

  /** Brings every resource to the target, then the outputs. */
  private async apply(target: Target): Promise<void> {
    const imports = new Set<string>();
    const scope = createScope({
      accountId: this.stack.accountId,
      region: this.stack.region,
      stackId: this.stack.id,
      stackName: this.stack.name,
      target,
      store: this.store,
      onImport: (name) => imports.add(name),
      resources: {
        ref: (logicalId) => this.stack.resources.get(logicalId)?.physicalId,
        attribute: (logicalId, name) => this.stack.resources.get(logicalId)?.attributes[name],
      },
    });
    const included = includedResources(target.template, scope);
    const dependencies = dependenciesOf(target.template, included);
    for (const state of this.stack.resources.values()) {
      if (!included.has(state.logicalId)) {
        this.leftovers.push(state);
      }
    }
    await runInOrder(dependencies, async (logicalId) => this.applyResource(logicalId, target, scope, dependencies));
    for (const { logicalId } of this.leftovers.filter((state) => !included.has(state.logicalId))) {
      const state = this.stack.resources.get(logicalId);
      this.stack.resources.delete(logicalId);
      this.undo.push(async () => void (state !== undefined && this.stack.resources.set(logicalId, state)));
    }
    this.applyOutputs(target, scope);
    this.stack.imports = imports;
  }

  private handler(type: string): ResourceHandler {
    const handler = this.handlers[type as keyof HandlerTable];
    if (handler === undefined) {
      throw templateError(`resource type ${type} is not supported by the local AWS`);
    }
    return handler;
  }

  private async applyResource(logicalId: string, target: Target, scope: Scope, dependencies: Dependencies): Promise<void> {
    const resource = target.template.Resources[logicalId] as TemplateResource;
    const before = this.stack.resources.get(logicalId);
    const exists = before !== undefined && before.type === resource.Type;
    const [running, complete, broken, verb] = exists
      ? ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_FAILED', 'update'] as const
      : ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'CREATE_FAILED', 'create'] as const;
    const keep = (physicalId: string, properties: Values, attributes: Values): ResourceState => {
      const state: ResourceState = {
        logicalId,
        type: resource.Type,
        physicalId,
        properties,
        attributes,
        needs: [...dependencies.get(logicalId) ?? []],
        deletionPolicy: resource.DeletionPolicy ?? 'Delete',
        replacePolicy: resource.UpdateReplacePolicy ?? 'Delete',
        status: complete,
        updated: new Date(),
      };
      this.stack.resources.set(logicalId, state);
      return state;
    };
    try {
      const handler = this.handler(resource.Type);
      const properties = resolveAll(resource.Properties ?? {}, scope);
      const changed = exists ? changedProperties(before.properties, properties) : [];
      if (exists && changed.length === 0) {
        keep(before.physicalId, before.properties, before.attributes);
        return;
      }
      const effect = exists ? effectOf(handler.properties, changed, handler.update !== undefined) : 'replace';
      const replaces = exists && effect === 'replace';
      const reason = replaces ? 'Requested update requires the creation of a new physical resource; hence creating one.' : undefined;
      this.resourceEvent(logicalId, resource.Type, before?.physicalId ?? '', running, reason);
      const context = createContext(this.session, this.cloud, this.stack, target, logicalId);
      if (exists && effect !== 'replace') {
        await this.updateInPlace(handler, effect, properties, context, before, keep);
      } else {
        const made = await handler.create(properties, context);
        const state = keep(made.physicalId, properties, made.attributes ?? {});
        this.undo.push(async () => this.undoCreate(state, before));
        if (before !== undefined) {
          this.leftovers.push(before);
        }
      }
      this.resourceEvent(logicalId, resource.Type, this.stack.resources.get(logicalId)?.physicalId ?? '', complete);
    } catch (error) {
      this.failed.push(logicalId);
      this.resourceEvent(logicalId, resource.Type, before?.physicalId ?? '', broken, reasonOf(error));
      this.cloud.log('cloudformation', `${this.stack.name}/${logicalId} ${broken}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
      throw new ResourceFailed(logicalId, verb);
    }
  }

  private async updateInPlace(
    handler: ResourceHandler,
    effect: 'update' | 'inert',
    properties: Values,
    context: Parameters<ResourceHandler['create']>[1],
    before: ResourceState,
    keep: (physicalId: string, properties: Values, attributes: Values) => ResourceState,
  ): Promise<void> {
    const existing: Existing = { physicalId: before.physicalId, properties: before.properties, attributes: before.attributes };
    // Registered first: an update that fails half way must be put back too.
    this.undo.push(async () => {
      const back = effect === 'update' ? await handler.update?.(before.properties, context, { ...existing, properties }) : undefined;
      this.stack.resources.set(before.logicalId, { ...before, ...back });
    });
    const changed = effect === 'update' ? await handler.update?.(properties, context, existing) : undefined;
    keep(changed?.physicalId ?? before.physicalId, properties, { ...before.attributes, ...changed?.attributes });
  }

  private async undoCreate(state: ResourceState, before: ResourceState | undefined): Promise<void> {
    if (before === undefined) {
      this.stack.resources.delete(state.logicalId);
    } else {
      this.stack.resources.set(state.logicalId, before);
    }
    await this.removeAll([state], 'create');
  }

  private applyOutputs(target: Target, scope: Scope): void {
    const outputs = new Map<string, { value: string; description?: string; exportName?: string }>();
    for (const [name, output] of Object.entries(target.template.Outputs ?? {})) {
      if (output.Condition !== undefined && !scope.condition(output.Condition)) {
        continue;
      }
      const exportName = output.Export === undefined ? undefined : String(resolve(output.Export.Name, scope));
      const owner = exportName === undefined ? undefined : this.store.exportOf(exportName, this.stack);
      if (owner !== undefined && owner.stack !== this.stack) {
        throw templateError(`Export with name ${exportName} is already exported by stack ${owner.stack.name}`);
      }
      outputs.set(name, { value: String(resolve(output.Value, scope)), description: output.Description, exportName });
    }
    for (const { exportName, value } of this.stack.outputs.values()) {
      const users = exportName === undefined ? [] : this.store.importersOf(exportName, this.stack);
      const stays = [...outputs.values()].some((output) => output.exportName === exportName && output.value === value);
      if (users.length > 0 && !stays) {
        throw templateError(`Export ${exportName} cannot be changed or removed as it is in use by ${users.map(({ name }) => name).join(', ')}`);
      }
    }
    const before = [...this.stack.outputs];
    this.undo.push(async () => this.setOutputs(before));
    this.setOutputs([...outputs]);
  }

  private setOutputs(outputs: readonly (readonly [string, { value: string; description?: string; exportName?: string }])[]): void {
    this.stack.outputs.clear();
    outputs.forEach(([name, output]) => this.stack.outputs.set(name, output));
  }

  private async rollBack(before: Target | undefined, reason: string): Promise<void> {
    this.status('UPDATE_ROLLBACK_IN_PROGRESS', reason);
    let clean = true;
    for (const step of this.undo.reverse()) {
      try {
        await step();
      } catch (error) {
        clean = false;
        this.cloud.log('cloudformation', `${this.stack.name}: rollback step failed: ${reasonOf(error)}`);
      }
    }
    this.stack.current = before;
    this.status(clean ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_FAILED');
  }

  /** Deletes physical resources, dependants first. @returns whether all are gone (or kept on purpose) */
  private async removeAll(states: readonly ResourceState[], why: 'create' | 'cleanup' | 'delete'): Promise<boolean> {
    const byId = new Map(states.map((state) => [state.physicalId + state.logicalId, state]));
    const keyOf = new Map(states.map((state) => [state.logicalId, state.physicalId + state.logicalId]));
    const needs = new Map([...byId].map(([key, state]) => [key, new Set(state.needs.flatMap((name) => keyOf.get(name) ?? []))]));
    let clean = true;
    try {
      await runInOrder(reversed(needs), async (key) => {
        const state = byId.get(key);
        if (state !== undefined) {
          await this.remove(state, why);
        }
      });
    } catch {
      clean = false;
    }
    return clean;
  }

  private async remove(state: ResourceState, why: 'create' | 'cleanup' | 'delete'): Promise<void> {
    const { logicalId, type, physicalId } = state;
    const isCurrent = this.stack.resources.get(logicalId) === state;
    const policy = why === 'cleanup' && isCurrent === false && this.stack.resources.has(logicalId) ? state.replacePolicy : state.deletionPolicy;
    const forget = (): void => void (isCurrent && this.stack.resources.delete(logicalId));
    if (policy === 'Retain' || (policy === 'RetainExceptOnCreate' && why !== 'create')) {
      this.resourceEvent(logicalId, type, physicalId, 'DELETE_SKIPPED');
      forget();
      return;
    }
    this.resourceEvent(logicalId, type, physicalId, 'DELETE_IN_PROGRESS');
    try {
      const context = createContext(this.session, this.cloud, this.stack, { tags: [] }, logicalId);
      await this.handler(type).delete({ physicalId, properties: state.properties, attributes: state.attributes }, context);
      this.resourceEvent(logicalId, type, physicalId, 'DELETE_COMPLETE');
      forget();
    } catch (error) {
      this.failed.push(logicalId);
      this.resourceEvent(logicalId, type, physicalId, 'DELETE_FAILED', reasonOf(error));
      throw error;
    }
  }
}
