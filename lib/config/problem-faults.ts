import { METRICS } from '../../lambda/shared/metrics/contract';
import type { Label, ModelDeclaration, ProblemType } from '../../lambda/shared/project/contract';
import type { DataSchema } from '../../lambda/shared/schema/contract';
import { columnsOf } from './data-schema';
import type { Fault, Path } from './faults';

/** Members that a problem type must have, and those that only other problem types have. */
const MEMBERS: Readonly<Record<ProblemType, { readonly required: readonly string[]; readonly foreign: readonly string[] }>> = {
  binaryClassification: { required: ['positiveLabel', 'decisionThreshold'], foreign: ['data.targetMean'] },
  multiclassClassification: { required: [], foreign: ['positiveLabel', 'decisionThreshold', 'data.targetMean'] },
  regression: { required: [], foreign: ['positiveLabel', 'decisionThreshold', 'data.classShares'] },
};

/**
 * What a declaration says that does not go with its problem type. Looks at the file as it was read, so that these faults are named beside those of its
 * form.
 *
 * @param declaration of unknown form
 */
export function problemFaults(declaration: unknown): Fault[] {
  const problemType = at(declaration, ['problemType']) as ProblemType;
  const members = Object.hasOwn(MEMBERS, String(problemType)) ? MEMBERS[problemType] : undefined;
  if (members === undefined) {
    return [];
  }
  const path = (member: string): string[] => member.split('.');
  return [
    ...members.required.filter((member) => at(declaration, path(member)) === undefined).map((member) => ({ path: path(member), message: `must be given for a ${problemType}, but is missing` })),
    ...members.foreign.filter((member) => at(declaration, path(member)) !== undefined).map((member) => ({ path: path(member), message: `has no meaning for a ${problemType}; leave it out` })),
    ...metricFaults(problemType, declaration, ['quality', 'metrics']),
    ...metricFaults(problemType, declaration, ['monitoring', 'quality']),
  ];
}

function metricFaults(problemType: ProblemType, declaration: unknown, path: Path): Fault[] {
  const limits = at(declaration, path);
  if (!isGroup(limits)) {
    return [];
  }
  const known = METRICS[problemType];
  return Object.entries(limits).flatMap(([name, bounds]): Fault[] => {
    const metric = Object.hasOwn(known, name) ? known[name] : undefined;
    if (metric === undefined) {
      return [{ path: [...path, name], message: `is no metric of a ${problemType}; metrics: ${Object.keys(known).join(', ')}` }];
    }
    const [lowest, highest] = metric.range;
    return ['minimum', 'maximum'].flatMap((side): Fault[] => {
      const value = at(bounds, [side]);
      if (typeof value !== 'number' || (value >= lowest && value <= highest)) {
        return [];
      }
      const share = highest === 1 && value > 1 && value <= 100 ? `; write ${value / 100}` : '';
      return [{ path: [...path, name, side], message: `must be ${rangeText(lowest, highest)}, got ${value}${share}` }];
    });
  });
}

const rangeText = (lowest: number, highest: number): string =>
  Number.isFinite(lowest) && Number.isFinite(highest) ? `between ${lowest} and ${highest}` : Number.isFinite(lowest) ? `at least ${lowest}` : `at most ${highest}`;

/** What a declaration says about columns must be true of the schema. */
export function columnFaults(declaration: ModelDeclaration, schema: DataSchema): Fault[] {
  return [...targetFaults(declaration, schema), ...namedColumns(declaration, schema), ...splitFaults(declaration, schema)];
}

function targetFaults({ problemType, positiveLabel, data, quality }: ModelDeclaration, { target }: DataSchema): Fault[] {
  if (problemType === 'regression') {
    return target.type === 'number' || target.type === 'integer' ? [] : [{ path: ['problemType'], message: `is regression, but the target ${target.name} is of type ${target.type}, not a number` }];
  }
  const domain = target.domain ?? (target.type === 'boolean' ? [false, true] : []);
  const classes = domain.map(String);
  const wanted = problemType === 'binaryClassification' ? 'exactly two classes' : 'at least two classes';
  const right = problemType === 'binaryClassification' ? classes.length === 2 : classes.length >= 2;
  const known = (label: Label): boolean => classes.includes(String(label));
  const favourable = quality.fairness?.favourableLabel;
  const outside = (path: Path, label: Label): Fault =>
    ({ path, message: `must be in the domain of the target ${target.name} (${classes.join(', ')}), got ${JSON.stringify(label)}` });
  return [
    ...(right ? [] : [{ path: ['problemType'], message: `is ${problemType}, which needs ${wanted} in the domain of the target ${target.name}, got ${classes.join(', ') || 'none'}` }]),
    ...(positiveLabel === undefined || !right || known(positiveLabel) ? [] : [outside(['positiveLabel'], positiveLabel)]),
    ...(favourable === undefined || !right || known(favourable) ? [] : [outside(['quality', 'fairness', 'favourableLabel'], favourable)]),
    ...Object.keys(data.classShares ?? {}).filter((label) => right && !known(label)).map((label) => outside(['data', 'classShares', label], label)),
  ];
}

/** Columns that the declaration calls by name. */
function namedColumns({ monitoring, quality, data }: ModelDeclaration, schema: DataSchema): Fault[] {
  const features = schema.features.map(({ name }) => name);
  const columns = columnsOf(schema).map(({ name }) => name);
  const unknown = (path: Path, names: readonly string[], known: readonly string[], kind: string): Fault[] =>
    names.flatMap((name, index) => (known.includes(name) ? [] : [{ path: [...path, index], message: `must be a ${kind} of the schema, got "${name}"; ${kind}s: ${known.join(', ')}` }]));
  const stratum = quality.fairness?.stratum;
  return [
    ...(stratum === undefined || columns.includes(stratum) ? [] : [{ path: ['quality', 'fairness', 'stratum'], message: `must be a column of the schema, got "${stratum}"; columns: ${columns.join(', ')}` }]),
    ...unknown(['monitoring', 'drift', 'criticalFeatures'], monitoring.drift.criticalFeatures, features, 'feature'),
    ...unknown(['data', 'sensitiveFeatures'], data.sensitiveFeatures ?? [], features, 'feature'),
    ...unknown(['quality', 'slices', 'columns'], quality.slices?.columns ?? [], columns, 'column'),
    ...unknown(['quality', 'fairness', 'attributes'], quality.fairness?.attributes.map(({ column }) => column) ?? [], columns, 'column'),
  ];
}

function splitFaults({ training: { split } }: ModelDeclaration, { order, entity, features }: DataSchema): Fault[] {
  const entities = [...(entity === undefined ? [] : [entity.name]), ...features.map(({ name }) => name)];
  return [
    ...(split?.by === 'order' && order === undefined ? [{ path: ['training', 'split', 'by'], message: 'is order, but the schema has no column "order"; add it there, or split by recordId' }] : []),
    ...(split?.by === 'order' && order?.nullable === true ? [{ path: ['training', 'split', 'by'], message: `is order, but ${order.name} may be null in the schema: such a row has no place in time; make it not nullable, or split by recordId` }] : []),
    ...(split?.entity === undefined || entities.includes(split.entity) ? [] : [{ path: ['training', 'split', 'entity'], message: `must be the schema's entity or a feature, got "${split.entity}"; possible: ${entities.join(', ')}` }]),
  ];
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: unknown, path: Path): unknown => path.reduce<unknown>((inner, part) => (isGroup(inner) ? inner[part] : undefined), value);
