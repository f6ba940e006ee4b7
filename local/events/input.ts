import type { InputTransformer } from '@aws-sdk/client-eventbridge';

/** What a target may say about its input. */
export interface TargetInput {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: InputTransformer;
}

/** `$.detail.object.key`, `$.resources[0]`, `$`. */
export function atPath(event: unknown, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  let value: unknown = event;
  for (const step of steps) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  return value;
}

/**
 * The document that a target receives for an event.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function targetInput(target: TargetInput, event: Record<string, unknown>, ruleArn: string): string {
  if (target.Input !== undefined) {
    return target.Input;
  }
  if (target.InputPath !== undefined) {
    return JSON.stringify(atPath(event, target.InputPath) ?? null);
  }
  const template = target.InputTransformer?.InputTemplate;
  if (template === undefined) {
    return JSON.stringify(event);
  }
  const values: Record<string, unknown> = {
    'aws.events.event.json': event,
    'aws.events.event': event,
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').pop(),
    'aws.events.event.ingestion-time': event.time,
  };
  for (const [name, path] of Object.entries(target.InputTransformer?.InputPathsMap ?? {})) {
    values[name] = atPath(event, path);
  }
  return fill(template, values);
}

/** Replaces `<name>`: as JSON outside of quotes, as bare text within. An absent value is empty text within quotes and an empty string outside, as on AWS. */
function fill(template: string, values: Record<string, unknown>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (token: string, name?: string) => {
    if (token === '"') {
      quoted = !quoted;
      return token;
    }
    if (name === undefined || !(name in values)) {
      return token;
    }
    const value = values[name];
    if (quoted) {
      return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : value === undefined ? '' : JSON.stringify(value).replaceAll('"', '\\"');
    }
    return value === undefined ? '""' : JSON.stringify(value);
  });
}
