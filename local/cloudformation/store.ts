import { randomUUID } from 'node:crypto';
import { ServiceError } from '../core/service';
import type { ChangeSet, OutputRecord, Stack } from './model';

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

const samePlace = (a: Place, b: Place): boolean => a.accountId === b.accountId && a.region === b.region;

/** All stacks and change sets of all accounts. Deleted stacks stay readable by ARN. */
export class StackStore {
  private readonly stacks: Stack[] = [];
  private readonly changeSets: ChangeSet[] = [];
  private lastEventTime = 0;

  /** By name (not deleted) or by ARN. */
  find(nameOrArn: string, place: Place): Stack | undefined {
    return this.stacks.find((stack) => samePlace(stack, place)
      && (stack.id === nameOrArn || (stack.name === nameOrArn && stack.deleted === undefined)));
  }

  /** @throws ServiceError in AWS's exact words, which the CDK toolkit reads */
  get(nameOrArn: string, place: Place): Stack {
    const stack = this.find(nameOrArn, place);
    if (stack === undefined) {
      throw new ServiceError('ValidationError', `Stack with id ${nameOrArn} does not exist`);
    }
    return stack;
  }

  in(place: Place): readonly Stack[] {
    return this.stacks.filter((stack) => samePlace(stack, place));
  }

  create(name: string, place: Place): Stack {
    const stack: Stack = {
      id: `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${name}/${randomUUID()}`,
      name,
      accountId: place.accountId,
      region: place.region,
      created: new Date(),
      resources: new Map(),
      outputs: new Map(),
      events: [],
      imports: new Set(),
      status: 'REVIEW_IN_PROGRESS',
      terminationProtection: false,
    };
    this.stacks.push(stack);
    return stack;
  }

  /** Adds an event; times are real and strictly rising, since the CDK toolkit prints events in the order of time. */
  event(stack: Stack, event: { readonly logicalId: string; readonly physicalId: string; readonly type: string; readonly status: string; readonly reason?: string }): void {
    this.lastEventTime = Math.max(Date.now(), this.lastEventTime + 1);
    stack.events.push({ id: randomUUID(), ...event, time: new Date(this.lastEventTime) });
  }

  addChangeSet(changeSet: ChangeSet): void {
    this.removeChangeSet(changeSet.stack, changeSet.name);
    this.changeSets.push(changeSet);
  }

  findChangeSet(nameOrArn: string, stackName: string | undefined, place: Place): ChangeSet | undefined {
    return this.changeSets.find((changeSet) => samePlace(changeSet.stack, place)
      && (changeSet.id === nameOrArn
        || (changeSet.name === nameOrArn && (changeSet.stack.id === stackName || changeSet.stack.name === stackName) && changeSet.stack.deleted === undefined)));
  }

  removeChangeSet(stack: Stack, name: string): void {
    const index = this.changeSets.findIndex((changeSet) => changeSet.stack === stack && changeSet.name === name);
    if (index >= 0) {
      this.changeSets.splice(index, 1);
    }
  }

  exportOf(name: string, place: Place): (OutputRecord & { readonly stack: Stack }) | undefined {
    for (const stack of this.in(place)) {
      for (const output of stack.deleted === undefined ? stack.outputs.values() : []) {
        if (output.exportName === name) {
          return { ...output, stack };
        }
      }
    }
    return undefined;
  }

  importersOf(name: string, place: Place): readonly Stack[] {
    return this.in(place).filter((stack) => stack.deleted === undefined && stack.imports.has(name));
  }
}
