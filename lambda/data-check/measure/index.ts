import type { Measurement } from '../../gate/contract';
import { Checks, classShare } from '../../shared/checks/contract';
import type { ReferenceProfile } from '../../shared/profile/contract';
import type { ModelProjectData } from '../../shared/project/contract';
import type { SnapshotFacts } from '../facts';
import { measureColumns, measureForbidden, measureRows } from './columns';
import { measureDrift } from './drift';
import { measureCost, measureSensitive } from './features';
import { notMeasured } from './found';
import { measureDuplicateRows, measureDuplicates, measureUnique } from './repeats';
import { measurePower, measureTarget } from './target';
import { measureAge, measureNewestValue } from './time';
import { measureCompleteness, measureInvalid, measureRules } from './values';

const ID = Checks.DATA.measurements;

/** What the snapshot is compared with beside its schema. */
export interface Surroundings {
  /** When the newest delivery arrived, ISO 8601. */
  readonly newestModifiedAt: string;
  readonly now: Date;
  /** Profile of the champion's training data. @default - there is no champion */
  readonly reference?: ReferenceProfile;
}

/** Everything that the data check measures, from counts alone. */
export function measureSnapshot(facts: SnapshotFacts, project: ModelProjectData, { newestModifiedAt, now, reference }: Surroundings): Measurement[] {
  return [...measureContent(facts, project, now, reference), measureAge(newestModifiedAt, now), measureCost(project), measureSensitive(project)];
}

/** Measurements that need rows. */
function measureContent(facts: SnapshotFacts, project: ModelProjectData, now: Date, reference: ReferenceProfile | undefined): Measurement[] {
  const { schema } = project;
  const rows = measureRows(facts);
  if (facts.files.length === 0) {
    return [rows, ...[ID.COLUMNS, ID.FORBIDDEN_COLUMNS, ...ofRows(project)].map((id) => notMeasured(id, 'no file could be read'))];
  }
  const columns = [measureColumns(facts), measureForbidden(facts, schema)];
  if (facts.rows === 0) {
    return [rows, ...columns, ...ofRows(project).map((id) => notMeasured(id, 'there are no rows'))];
  }
  return [
    rows,
    ...columns,
    measureCompleteness(facts),
    measureInvalid(facts, schema),
    measureRules(facts),
    measureDuplicates(facts, schema),
    measureDuplicateRows(facts),
    measureUnique(facts),
    ...measureTarget(facts, project),
    measurePower(facts, project),
    measureDrift(facts, reference, project),
    measureNewestValue(facts, schema, now),
  ];
}

function ofRows({ schema, declaration }: ModelProjectData): string[] {
  const target = (declaration.problemType as string) === 'regression' ? [ID.TARGET_MEAN] : (schema.target.domain ?? []).map((label) => classShare(String(label)));
  return [
    ID.COMPLETENESS, ID.INVALID_SHARE, ID.RULE_VIOLATION_SHARE, ID.DUPLICATE_SHARE, ID.DUPLICATE_ROW_SHARE, ID.REPEATED_SHARE, ...target, ID.SINGLE_FEATURE_POWER,
    ID.DRIFTED_FEATURE_SHARE, ID.NEWEST_VALUE_AGE_DAYS,
  ];
}
