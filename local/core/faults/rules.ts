import { z } from 'zod';
import { ServiceError, type FaultRule } from '../service';

type FaultError = NonNullable<FaultRule['error']>;

const THROTTLES: Readonly<Record<string, FaultError>> = {
  dynamodb: { code: 'ProvisionedThroughputExceededException', message: 'The level of configured provisioned throughput for the table was exceeded.', status: 400 },
  lambda: { code: 'TooManyRequestsException', message: 'Rate Exceeded.', status: 429 },
  s3: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
};
const DENIALS: Readonly<Record<string, FaultError>> = Object.fromEntries(
  ['s3', 'sts', 'iam', 'cloudformation', 'sns'].map((service) => [service, { code: 'AccessDenied', message: 'Access Denied', status: 403 }]),
);

/** Names for what goes wrong often, and what they stand for in a service. */
const KINDS = {
  throttle: (service: string): Partial<FaultRule> => ({ error: THROTTLES[service] ?? { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 } }),
  internal: (): Partial<FaultRule> => ({ error: { code: 'InternalFailure', message: 'injected: an internal failure', status: 500 } }),
  unavailable: (): Partial<FaultRule> => ({ error: { code: 'ServiceUnavailable', message: 'injected: the service is unavailable', status: 503 } }),
  denied: (service: string): Partial<FaultRule> => ({ error: DENIALS[service] ?? { code: 'AccessDeniedException', message: 'injected: access denied', status: 400 } }),
  fail: (): Partial<FaultRule> => ({ error: { code: 'Error', message: 'injected: the code failed', status: 500 } }),
  slow: (): Partial<FaultRule> => ({ latencyMs: 1000 }),
  reset: (): Partial<FaultRule> => ({ reset: true }),
  kill: (): Partial<FaultRule> => ({ kill: true }),
  drop: (): Partial<FaultRule> => ({ drop: true }),
  duplicate: (): Partial<FaultRule> => ({ duplicate: true }),
} as const;

export const FAULT_KINDS = Object.keys(KINDS) as (keyof typeof KINDS)[];

const count = z.int().min(0);

const Rule = z.strictObject({
  service: z.string().min(1),
  operation: z.string().min(1),
  kind: z.enum(FAULT_KINDS).optional(),
  match: z.record(z.string(), z.string()).optional(),
  error: z.strictObject({ code: z.string().min(1), message: z.string().default('injected'), status: z.int().min(400).max(599).default(500) }).optional(),
  latencyMs: z.number().min(0).max(600_000).optional(),
  reset: z.boolean().optional(),
  kill: z.boolean().optional(),
  drop: z.boolean().optional(),
  duplicate: z.boolean().optional(),
  share: z.number().min(0).max(1).optional(),
  seed: z.number().optional(),
  after: count.optional(),
  times: count.optional(),
});

const RuleFile = z.union([z.array(z.unknown()), z.strictObject({ seed: z.number().optional(), faults: z.array(z.unknown()) })]);

const invalid = (what: string, error: z.ZodError): ServiceError => {
  const problems = error.issues.map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
  return new ServiceError('ValidationException', `${what}: ${problems.join('; ')}; kinds are ${FAULT_KINDS.join(', ')}`);
};

/**
 * Reads one rule: a {@link FaultRule}, with `kind` as a short name for what it does (a member that is given beside it wins).
 *
 * @throws ServiceError `ValidationException` that names every member that is wrong.
 */
export function parseFaultRule(written: unknown, what = 'fault rule'): FaultRule {
  const parsed = Rule.safeParse(written);
  if (!parsed.success) {
    throw invalid(what, parsed.error);
  }
  const { kind, ...rule } = parsed.data;
  return { ...(kind === undefined ? {} : KINDS[kind](rule.service)), ...rule };
}

/**
 * Reads a file of rules: a list, or `{"seed": 7, "faults": [...]}`, where the seed makes every rule without one of its own the same in every run.
 *
 * @throws ServiceError `ValidationException` that names the rule and its members.
 */
export function parseFaultRules(text: string): FaultRule[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ServiceError('ValidationException', `the fault rules are no JSON: ${(error as Error).message}`);
  }
  const parsed = RuleFile.safeParse(document);
  if (!parsed.success) {
    throw invalid('fault rules are a list or {"seed": N, "faults": [...]}', parsed.error);
  }
  const { seed, faults } = Array.isArray(parsed.data) ? { seed: undefined, faults: parsed.data } : parsed.data;
  return faults.map((written, index) => {
    const rule = parseFaultRule(written, `fault rule ${index + 1}`);
    return seed === undefined ? rule : { seed: seed + index, ...rule };
  });
}

/** Every event arrives at its target twice, as EventBridge's at-least-once delivery may do to any. */
export const DUPLICATE_EVENTS: FaultRule = { service: 'events', operation: 'Deliver', duplicate: true };
