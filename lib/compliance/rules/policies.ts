import { member, textOf } from './states';

/** A statement of a resolved policy document. */
export interface PolicyStatement {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export const policyStatements = (document: unknown): PolicyStatement[] => listOf(member(document, 'Statement')) as PolicyStatement[];

export const actionsOf = ({ Action }: PolicyStatement): string[] => listOf(Action).map(String);

/** ARNs with references as `<LogicalId>`; the partition is taken for `aws`. */
export const resourcesOf = ({ Resource }: PolicyStatement): string[] => listOf(Resource).map((resource) => (textOf(resource) ?? '').replaceAll('<AWS::Partition>', 'aws'));

/** Who is let in: `*`, accounts, ARNs, services. */
export const principalsOf = ({ Principal }: PolicyStatement): string[] =>
  (typeof Principal === 'object' && Principal !== null ? Object.values(Principal).flatMap(listOf) : listOf(Principal)).map((principal) =>
    (textOf(principal) ?? '').replaceAll('<AWS::Partition>', 'aws'),
  );
