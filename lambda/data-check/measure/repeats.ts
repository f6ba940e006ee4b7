import type { Measurement } from '../../gate/contract';
import { Checks } from '../../shared/checks/contract';
import type { DataSchema } from '../../shared/schema/contract';
import { counted, figure, list, percent } from '../../shared/words';
import type { SnapshotFacts } from '../facts';
import { notApplicable, notMeasured } from './found';

const ID = Checks.DATA.measurements;

export function measureDuplicates({ recordIds, rows }: SnapshotFacts, { recordId: { name } }: DataSchema): Measurement {
  if (recordIds.present === 0) {
    return notMeasured(ID.DUPLICATE_SHARE, `no row has a record id in ${name}`);
  }
  const repeated = recordIds.present - recordIds.different;
  return {
    id: ID.DUPLICATE_SHARE,
    status: 'measured',
    value: repeated / rows,
    sampleSize: rows,
    explanation: repeated === 0
      ? `every ${name} occurs once`
      : `${counted(repeated, 'row')} repeat an earlier ${name} (${percent(repeated / rows)}), such as ${recordIds.examples.map(({ id, times }) => `${id} (${times} times)`).join(', ')}`,
  };
}

/** Rows that are the same in all but their name: fine among categories, a fault of the delivery among measurements. */
export function measureDuplicateRows({ differentRows, rows }: SnapshotFacts): Measurement {
  const repeated = rows - differentRows;
  return {
    id: ID.DUPLICATE_ROW_SHARE,
    status: 'measured',
    value: repeated / rows,
    sampleSize: rows,
    explanation: repeated === 0 ? 'no row repeats another one' : `${counted(repeated, 'row')} repeat another row in everything but the record id (${percent(repeated / rows)})`,
  };
}

export function measureUnique({ unique }: SnapshotFacts): Measurement {
  if (unique.length === 0) {
    return notApplicable(ID.REPEATED_SHARE, 'the schema asks of no column but the record id to be unique');
  }
  const share = ({ present, different }: SnapshotFacts['unique'][number]): number => (present === 0 ? 0 : (present - different) / present);
  const repeated = unique.filter((facts) => share(facts) > 0).toSorted((a, b) => share(b) - share(a));
  return {
    id: ID.REPEATED_SHARE,
    status: 'measured',
    value: repeated[0] === undefined ? 0 : share(repeated[0]),
    sampleSize: Math.max(...unique.map(({ present }) => present)),
    explanation: repeated.length === 0
      ? `every value of ${list(unique.map(({ column }) => column))} occurs once`
      : list(repeated.map((facts) => `${facts.column}: ${figure(facts.present - facts.different)} of ${figure(facts.present)} values occurred before (${percent(share(facts))})`)),
  };
}
