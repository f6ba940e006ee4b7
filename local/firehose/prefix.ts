import { randomUUID } from 'node:crypto';

const FIELDS: Readonly<Record<string, (time: Date) => string>> = {
  yyyy: (time) => String(time.getUTCFullYear()),
  MM: (time) => two(time.getUTCMonth() + 1),
  dd: (time) => two(time.getUTCDate()),
  HH: (time) => two(time.getUTCHours()),
  mm: (time) => two(time.getUTCMinutes()),
};

const two = (value: number): string => String(value).padStart(2, '0');

const format = (pattern: string, time: Date): string => pattern.replace(/yyyy|MM|dd|HH|mm/g, (field) => FIELDS[field]?.(time) ?? field);

/**
 * Key of an object that a stream writes: prefix, then `yyyy/MM/dd/HH/` unless the prefix has an expression, then a unique name.
 *
 * @throws Error naming an expression that is not supported.
 * @see https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export function objectKey(prefix: string, stream: string, time: Date): string {
  const evaluated = prefix.replace(/!\{(\w+):([^}]*)\}/g, (expression, namespace: string, pattern: string) => {
    if (namespace !== 'timestamp') {
      throw new Error(`the prefix expression ${expression} is not supported by the local AWS`);
    }
    return format(pattern, time);
  });
  const folder = evaluated === prefix ? `${prefix}${format('yyyy/MM/dd/HH/', time)}` : evaluated;
  return `${folder}${stream}-1-${format('yyyy-MM-dd-HH-mm', time)}-${two(time.getUTCSeconds())}-${randomUUID()}`;
}
