type Json = Readonly<Record<string, unknown>>;

interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly says: string;
}

const whole = (least: number, most: number): Rule => ({
  holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  says: `must be a whole number from ${least} to ${most}`,
});

/** Limits of the States Language. */
const RULES: Readonly<Record<string, Rule>> = {
  IntervalSeconds: whole(1, 99_999_999),
  MaxAttempts: whole(0, 99_999_999),
  MaxDelaySeconds: whole(1, 31_622_400),
  BackoffRate: { holds: (value) => typeof value === 'number' && value >= 1, says: 'must be a number of at least 1' },
  JitterStrategy: { holds: (value) => value === 'FULL' || value === 'NONE', says: 'must be FULL or NONE' },
};

/** What is wrong with the numbers of a Retry entry. */
export function retrierProblems(retrier: Json): { readonly field: string; readonly message: string }[] {
  return Object.entries(RULES)
    .filter(([field, { holds }]) => retrier[field] !== undefined && !holds(retrier[field]))
    .map(([field, { says }]) => ({ field, message: `${field} is ${JSON.stringify(retrier[field])} but ${says}` }));
}

/** `States.ALL` stands alone in its entry, and its entry is the last: what comes after it would never be reached. */
export function catchAllProblem(entries: readonly Json[], index: number): string | undefined {
  const names = entries[index]?.['ErrorEquals'];
  if (!Array.isArray(names) || !names.includes('States.ALL')) {
    return undefined;
  }
  return names.length > 1 || index < entries.length - 1 ? 'States.ALL must appear alone and in the last entry' : undefined;
}
