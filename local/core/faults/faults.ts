import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../random';
import { ServiceError, type FaultEffects, type FaultRule, type Faults } from '../service';

/** Whoever holds the connection closes it without an answer. */
export class ConnectionReset extends Error {
  constructor() {
    super('a fault rule reset the connection');
  }
}

interface Armed {
  readonly id: string;
  readonly rule: FaultRule;
  readonly random: () => number;
  seen: number;
  hits: number;
}

const globs = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's').test(text);

const matches = (rule: FaultRule, service: string, operation: string, facts: Readonly<Record<string, string | undefined>>): boolean =>
  rule.service === service && globs(rule.operation, operation)
  && Object.entries(rule.match ?? {}).every(([name, pattern]) => facts[name] !== undefined && globs(pattern, facts[name]));

/** Counts a call that the rule matches; whether it is hit. */
function hit(armed: Armed): boolean {
  const { rule } = armed;
  armed.seen += 1;
  if (armed.seen <= (rule.after ?? 0) || (rule.times !== undefined && armed.hits >= rule.times) || armed.random() >= (rule.share ?? 1)) {
    return false;
  }
  armed.hits += 1;
  return true;
}

/** The faults of one local AWS: rules come and go while it runs. */
export class FaultBoard implements Faults {
  private readonly armed: Armed[] = [];

  /**
   * @param random for rules without a seed
   * @param changed told whenever rules have come or gone
   */
  constructor(private readonly random: () => number = Math.random, private readonly changed: () => void = () => undefined) {}

  /** @returns the id under which the rule can be removed */
  add(rule: FaultRule): string {
    const id = randomUUID();
    this.armed.push({ id, rule, random: rule.seed === undefined ? this.random : seededRandom(rule.seed), seen: 0, hits: 0 });
    this.changed();
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
    this.changed();
    return before - this.armed.length;
  }

  list(): readonly (FaultRule & { readonly id: string; readonly hits: number })[] {
    return this.armed.map(({ id, rule, hits }) => ({ ...rule, id, hits }));
  }

  async apply(service: string, operation: string, facts: Readonly<Record<string, string | undefined>>): Promise<FaultEffects> {
    let effects: FaultEffects = {};
    // A copy: rules may go while one waits.
    for (const armed of [...this.armed]) {
      const { rule } = armed;
      if (!matches(rule, service, operation, facts) || !hit(armed)) {
        continue;
      }
      if (rule.latencyMs !== undefined) {
        await delay(rule.latencyMs);
      }
      if (rule.reset === true) {
        throw new ConnectionReset();
      }
      if (rule.error !== undefined) {
        throw new ServiceError(rule.error.code, rule.error.message, rule.error.status);
      }
      effects = {
        kill: effects.kill === true || rule.kill === true,
        drop: effects.drop === true || rule.drop === true,
        duplicate: effects.duplicate === true || rule.duplicate === true,
      };
    }
    return effects;
  }
}
