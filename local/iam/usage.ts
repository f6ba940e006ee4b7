import type { AccessRequest, Statement } from './policy/document';

/** Something that a role was not allowed. */
export interface Refused {
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  times: number;
}

/** What one role did. */
interface Record {
  /** Calls by action. */
  readonly actions: Map<string, number>;
  /** Resources that patterns of its policies have let it use, by pattern of the action. Patterns outlast policies that are written anew. */
  readonly patterns: Map<string, Set<string>>;
  readonly refused: Map<string, Refused>;
}

/** What roles did with what they are allowed. */
export class Usage {
  private readonly records = new Map<string, Record>();

  allowed(roleArn: string, request: AccessRequest, statements: readonly Statement[]): void {
    const { actions, patterns } = this.of(roleArn);
    actions.set(request.action, (actions.get(request.action) ?? 0) + 1);
    for (const statement of statements) {
      const action = statement.actions[statement.actionIndex(request.action)];
      const resource = statement.resources[statement.resourceIndex(request)];
      if (action !== undefined && resource !== undefined) {
        const used = patterns.get(action) ?? new Set();
        patterns.set(action, used.add(resource));
      }
    }
  }

  refused(roleArn: string, action: string, resource: string, reason: string): void {
    const { refused } = this.of(roleArn);
    const id = `${action} ${resource}`;
    const known = refused.get(id);
    if (known === undefined) {
      refused.set(id, { action, resource, reason, times: 1 });
    } else {
      known.times += 1;
    }
  }

  calls(roleArn: string): ReadonlyMap<string, number> {
    return this.records.get(roleArn)?.actions ?? new Map();
  }

  refusals(roleArn: string): readonly Refused[] {
    return [...this.records.get(roleArn)?.refused.values() ?? []];
  }

  /** Whether a pattern of an action has let the role use what a pattern of a resource names. */
  used(roleArn: string, action: string, resource?: string): boolean {
    const resources = this.records.get(roleArn)?.patterns.get(action);
    return resources !== undefined && (resource === undefined || resources.has(resource));
  }

  private of(roleArn: string): Record {
    const known = this.records.get(roleArn);
    if (known !== undefined) {
      return known;
    }
    const made: Record = { actions: new Map(), patterns: new Map(), refused: new Map() };
    this.records.set(roleArn, made);
    return made;
  }
}
