/** What a promotion tells its gate about the shift. */
export interface RolloutContext {
  /** No endpoint was there before. */
  readonly firstEndpoint: boolean;
  readonly endpointName: string;
  readonly variantName: string;
  /** Of the new fleet. */
  readonly endpointConfigName: string;
  /** When the shift began, ISO 8601. */
  readonly startedAt: string;
  /** Why the old fleet serves again; `null` if the new one serves. */
  readonly rolledBack: string | null;
}

/**
 * Reads the context of a gate.
 *
 * @throws Error naming what is missing.
 */
export function rolloutContext(context: Readonly<Record<string, unknown>>): RolloutContext {
  const text = ['endpointName', 'variantName', 'endpointConfigName', 'startedAt'];
  const missing = text.filter((name) => typeof context[name] !== 'string');
  if (missing.length > 0 || typeof context['firstEndpoint'] !== 'boolean' || Number.isNaN(Date.parse(String(context['startedAt'])))) {
    throw new Error(`the context of a rollout needs firstEndpoint and ${text.join(', ')}; missing or wrong: ${missing.join(', ')}`);
  }
  return context as unknown as RolloutContext;
}
