import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, type FaultRule, type Faults } from './service';

interface Armed {
  readonly id: string;
  readonly rule: FaultRule;
  hits: number;
}

const globs = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's').test(text);

const matches = (rule: FaultRule, service: string, operation: string, facts: Readonly<Record<string, string | undefined>>): boolean =>
  rule.service === service && globs(rule.operation, operation)
  && Object.entries(rule.match ?? {}).every(([name, pattern]) => facts[name] !== undefined && globs(pattern, facts[name]));

/** The faults of one local AWS: rules come and go while it runs. */
export class FaultBoard implements Faults {
  private readonly armed: Armed[] = [];

  constructor(private readonly random: () => number = Math.random) {}

  /** @returns the id under which the rule can be removed */
  add(rule: FaultRule): string {
    const id = randomUUID();
    this.armed.push({ id, rule, hits: 0 });
    return id;
  }

  /** @param id One rule, or all when absent. */
  remove(id?: string): number {
    const before = this.armed.length;
    for (let index = before - 1; index >= 0; index -= 1) {
      if (id === undefined || this.armed[index]?.id === id) {
        this.armed.splice(index, 1);
      }
    }
    return before - this.armed.length;
  }

  list(): readonly (FaultRule & { readonly id: string; readonly hits: number })[] {
    return this.armed.map(({ id, rule, hits }) => ({ ...rule, id, hits }));
  }

  async apply(service: string, operation: string, facts: Readonly<Record<string, string | undefined>>): Promise<void> {
    for (const armed of this.armed) {
      const { rule } = armed;
      const spent = rule.times !== undefined && armed.hits >= rule.times;
      if (spent || !matches(rule, service, operation, facts) || this.random() >= (rule.share ?? 1)) {
        continue;
      }
      armed.hits += 1;
      await delay(rule.latencyMs ?? 0);
      if (rule.error !== undefined) {
        throw new ServiceError(rule.error.code, rule.error.message, rule.error.status);
      }
    }
  }
}
