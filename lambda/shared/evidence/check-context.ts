import type { CheckEvent } from '../../gate/contract';

/**
 * A required text of the context that a state machine hands to its gate.
 *
 * @throws Error naming the member, the check and what the context holds: the machine is wired wrongly, which is no finding about the subject.
 */
export function contextText(event: CheckEvent, check: string, member: string): string {
  const value = event.context[member];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`check ${check} of gate ${event.gate} needs context.${member} as text, got ${JSON.stringify(value) ?? 'nothing'}; ` +
      `the context holds ${Object.keys(event.context).join(', ') || 'nothing'}`);
  }
  return value;
}
