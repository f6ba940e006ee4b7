import type { Denied } from './evaluate';

const article = (type: string): string => (/^[aeiou]/.test(type) ? 'an' : 'a');

/**
 * Why a request is refused, as AWS words it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialMessage(principal: string, action: string, resource: string, { how, type }: Pick<Denied, 'how' | 'type'>): string {
  const reason = how === 'explicit' ? `with an explicit deny in ${article(type)} ${type}` : `because no ${type} allows the ${action} action`;
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}
