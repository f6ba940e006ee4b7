import { errors } from './errors';

/** What the List operations have in common. */
export interface ListInput {
  readonly NameContains?: string;
  readonly CreationTimeAfter?: Date;
  readonly CreationTimeBefore?: Date;
  readonly LastModifiedTimeAfter?: Date;
  readonly LastModifiedTimeBefore?: Date;
  readonly StatusEquals?: string;
  readonly SortBy?: string;
  readonly SortOrder?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** What a resource shows to a list. */
export interface Listed {
  readonly name: string;
  readonly creationTime: Date;
  readonly lastModifiedTime?: Date;
  readonly status?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/** SageMaker answers ten items unless asked for more, at most a hundred: who ignores the token misses the rest. */
const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 100;

const sortKeys: Readonly<Record<string, (item: Listed) => string | number>> = {
  Name: (item) => item.name,
  Status: (item) => item.status ?? '',
  CreationTime: (item) => item.creationTime.getTime(),
  LastModifiedTime: (item) => (item.lastModifiedTime ?? item.creationTime).getTime(),
};

function matches(item: Listed, input: ListInput): boolean {
  const modified = item.lastModifiedTime ?? item.creationTime;
  return (input.NameContains === undefined || item.name.toLowerCase().includes(input.NameContains.toLowerCase()))
    && (input.StatusEquals === undefined || item.status === input.StatusEquals)
    && (input.CreationTimeAfter === undefined || item.creationTime > input.CreationTimeAfter)
    && (input.CreationTimeBefore === undefined || item.creationTime < input.CreationTimeBefore)
    && (input.LastModifiedTimeAfter === undefined || modified > input.LastModifiedTimeAfter)
    && (input.LastModifiedTimeBefore === undefined || modified < input.LastModifiedTimeBefore);
}

/** Filters, sorts and cuts a list as SageMaker does. Items of equal sort key keep the order of their creation. */
export function page<T extends Listed>(all: Iterable<T>, input: ListInput, defaultOrder: 'Ascending' | 'Descending' = 'Descending'): Page<T> {
  const size = input.MaxResults ?? DEFAULT_PAGE;
  if (size < 1 || size > LARGEST_PAGE) {
    throw errors.invalid(`MaxResults is ${size}; it must lie between 1 and ${LARGEST_PAGE}`);
  }
  const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) {
    throw errors.invalid(`NextToken ${JSON.stringify(input.NextToken)} was not given out by this operation`);
  }
  const keyOf = sortKeys[input.SortBy ?? 'CreationTime'] ?? sortKeys.CreationTime;
  const compare = (a: T, b: T): number => {
    const [left, right] = [keyOf?.(a) ?? 0, keyOf?.(b) ?? 0];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const sorted = [...all].filter((item) => matches(item, input)).sort(compare);
  if ((input.SortOrder ?? defaultOrder) === 'Descending') {
    sorted.reverse();
  }
  const items = sorted.slice(start, start + size);
  const end = start + items.length;
  return { items, ...(end < sorted.length ? { NextToken: Buffer.from(String(end)).toString('base64') } : {}) };
}
