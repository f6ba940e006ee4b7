import type { Measurement } from '../../../lambda/gate/contract';
import { measureFairness } from '../../../lambda/model-check/fairness';
import { groupRows } from '../../../lambda/model-check/groups';
import type { TestPredictions } from '../../../lambda/model-check/read';
import { measureSlices } from '../../../lambda/model-check/slices';
import { problemOf } from '../../../lambda/shared/metrics';
import type { FairnessDeclaration, ModelProjectData } from '../../../lambda/shared/project/contract';
import { gaussian, random } from '../shared/statistics/closeness';
import { measured } from '../support';
import { multiclassProject, projectWith, regressionProject } from './projects';

/** So many rows of one group, by label and decision. */
interface Cells {
  readonly group: string | null;
  readonly counts: readonly [tp: number, fp: number, fn: number, tn: number];
}

function predictions(column: string, cells: readonly Cells[]): TestPredictions {
  const [labels, scores, groups]: [number[], number[], (string | null)[]] = [[], [], []];
  for (const { group, counts } of cells) {
    counts.forEach((count, cell) => {
      for (let row = 0; row < count; row += 1) {
        labels.push(cell === 0 || cell === 2 ? 1 : 0);
        scores.push(cell < 2 ? 0.9 : 0.1);
        groups.push(group);
      }
    });
  }
  return { labels: Float64Array.from(labels), outputs: { candidate: [Float64Array.from(scores)] }, groups: new Map([[column, groups]]) };
}

const FAIRNESS: FairnessDeclaration = { attributes: [{ column: 'sex', gate: true }], minimumSelectionRatio: 0.8, floor: 0.7, minimumRows: 30, minimumPositives: 10 };
const fair = (cells: readonly Cells[], fairness: FairnessDeclaration = FAIRNESS): Measurement[] => {
  const project = projectWith({ fairness });
  return measureFairness(predictions('sex', cells), project, problemOf(project));
};

describe('Fairness of decisions', () => {
  const EQUAL: Cells[] = [{ group: '1', counts: [45, 5, 15, 35] }, { group: '2', counts: [44, 4, 16, 36] }];

  test('compares each group with the best one', () => {
    const result = fair(EQUAL);
    expect(measured(result, 'fairness.sex')).toMatchObject({ status: 'measured', value: 48 / 50, sampleSize: 100 });
    expect(measured(result, 'fairness.sex').explanation).toContain('the ratio of sex = 2 to sex = 1 in selection rate is 0.96');
    expect(measured(result, 'fairness.sex.floor').value).toBeCloseTo(0.96 * Math.exp(-1.959964 * Math.sqrt(1 / 48 - 1 / 100 + 1 / 50 - 1 / 100)), 6);
    expect(measured(result, 'fairness.sex.odds').value).toBeCloseTo(1 / 40, 12);
    expect(measured(result, 'fairness')).toMatchObject({ value: 1, explanation: expect.stringContaining('sex (gates): the ratio') });
  });

  test('tells the bias of the labels and of the decisions against the rest', () => {
    const { groups } = measured(fair(EQUAL), 'fairness.sex').details as { groups: { group: string; details: object }[] };
    expect(groups[1]).toMatchObject({
      group: 'sex = 2',
      details: { againstTheRest: { labels: { labelDifference: 0, classImbalance: 0 }, decisions: { selectionRatio: 48 / 50, recallDifference: expect.closeTo(1 / 60, 9) } }, equalSelectionPValue: expect.any(Number) },
    });
  });

  test('a group that is selected less often shows', () => {
    const result = fair([EQUAL[0]!, { group: '2', counts: [10, 2, 50, 38] }]);
    expect(measured(result, 'fairness.sex').value).toBeCloseTo(12 / 50, 12);
    expect(measured(result, 'fairness.sex.floor').value).toBeLessThan(0.24);
  });

  test('names groups that are too small and does not judge them', () => {
    const result = fair([...EQUAL, { group: '3', counts: [0, 0, 12, 8] }, { group: '4', counts: [2, 0, 3, 45] }]);
    expect(measured(result, 'fairness.sex').value).toBe(48 / 50);
    for (const id of ['fairness.sex', 'fairness.sex.floor', 'fairness']) {
      expect(measured(result, id).explanation).toContain('too small to judge (below 30 rows or 10 favourable labels): sex = 3 with 20 rows, 12 favourable, sex = 4 with 50 rows, 5 favourable');
    }
  });

  test('is not measured where fewer than two groups are large enough, nor counted as measured', () => {
    const result = fair([EQUAL[0]!, { group: '2', counts: [5, 0, 2, 3] }]);
    expect(measured(result, 'fairness.sex')).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('fewer than two groups of sex can be compared') });
    expect(measured(result, 'fairness.sex.floor').status).toBe('notMeasured');
    expect(measured(result, 'fairness').value).toBe(0);
  });

  test('is not measured without the column', () => {
    expect(measured(fair(EQUAL, { ...FAIRNESS, attributes: [{ column: 'race', gate: true }] }), 'fairness.race')).toMatchObject({
      status: 'notMeasured', explanation: 'the predictions say nothing of the column race',
    });
  });

  test('rows without a value are a group of their own', () => {
    expect(measured(fair([EQUAL[0]!, { group: null, counts: [20, 5, 40, 35] }]), 'fairness.sex').explanation).toContain('the ratio of sex is missing to sex = 1');
  });

  test('nobody selected anywhere is not measured', () => {
    expect(measured(fair([{ group: '1', counts: [0, 0, 60, 40] }, { group: '2', counts: [0, 0, 60, 40] }]), 'fairness.sex').status).toBe('notMeasured');
  });

  test('is not applicable without attributes', () => {
    const project = projectWith({});
    expect(measureFairness(predictions('sex', EQUAL), project, problemOf(project))).toEqual([
      { id: 'fairness', status: 'notApplicable', explanation: 'quality.fairness declares no attribute' },
    ]);
  });

  test('within strata tells what another column explains', () => {
    const project = projectWith({ fairness: { ...FAIRNESS, stratum: 'age' } });
    const base = predictions('sex', EQUAL);
    const withStratum = { ...base, groups: new Map([...base.groups, ['age', [...base.labels].map((_, row) => String(row % 2))]]) };
    expect(measured(measureFairness(withStratum, project, problemOf(project)), 'fairness.sex').details).toMatchObject({
      groups: [{ details: { conditionalDecisionDisparity: expect.any(Number) } }, {}],
    });
  });
});

describe('Fairness of answers that are no decisions', () => {
  const next = random(4);
  const labels = Float64Array.from({ length: 400 }, (_, row) => row);
  const groups = new Map([['sex', [...labels].map((_, row) => (row % 2 === 0 ? '1' : '2'))]]);
  const answers = (noise: number): TestPredictions =>
    ({ labels, outputs: { candidate: [labels.map((label, row) => label + gaussian(next) * (row % 2 === 0 ? 1 : noise))] }, groups });
  const project = regressionProject({ fairness: FAIRNESS });

  test('compares mean absolute errors', () => {
    expect(measured(measureFairness(answers(1), project, problemOf(project)), 'fairness.sex').value).toBeGreaterThan(0.75);
    const unfair = measured(measureFairness(answers(3), project, problemOf(project)), 'fairness.sex');
    expect(unfair.value).toBeLessThan(0.5);
    expect(unfair).toMatchObject({ explanation: expect.stringContaining('sex = 2 to sex = 1 in mean absolute error'), details: { groups: [{ details: { meanError: expect.any(Object) } }, {}] } });
    expect(measured(measureFairness(answers(3), project, problemOf(project)), 'fairness.sex.odds').status).toBe('notApplicable');
  });

  test('is not measured where a group alone is large enough', () => {
    const alone = { ...answers(1), groups: new Map([['sex', [...labels].map((_, row) => (row < 10 ? '1' : '2'))]]) };
    expect(measured(measureFairness(alone, project, problemOf(project)), 'fairness.sex').status).toBe('notMeasured');
  });
});

test('Of several classes, fairness is about the favourable one, or about wrong decisions where none is', () => {
  const fairness: FairnessDeclaration = { ...FAIRNESS, favourableLabel: 'b' };
  const project = multiclassProject({ fairness });
  const labels = Float64Array.from({ length: 200 }, (_, row) => row % 3);
  const base = { labels, outputs: { candidate: [labels, labels, labels, labels] }, groups: new Map([['sex', [...labels].map((_, row) => (row < 100 ? '1' : '2'))]]) };
  expect(measured(measureFairness(base, project, problemOf(project)), 'fairness.sex')).toMatchObject({ status: 'measured', value: expect.closeTo(33 / 34, 12) });
  const without = multiclassProject({ fairness: FAIRNESS });
  const wrong = { ...base, outputs: { candidate: [labels.map((label, row) => (row % (row < 100 ? 10 : 5) === 0 ? (label + 1) % 3 : label))] } };
  expect(measured(measureFairness(wrong, without, problemOf(without)), 'fairness.sex')).toMatchObject({
    value: expect.closeTo(0.5, 12), explanation: expect.stringContaining('in share of wrong decisions'),
  });
});

describe('Slices', () => {
  const SLICES = { columns: ['sex'], minimumRows: 50, maximumLoss: 0.05 };
  const sliced = (project: ModelProjectData, noiseOfSecond: number, second = 300): Measurement => {
    const next = random(7);
    const labels = Float64Array.from({ length: 300 + second }, (_, row) => row % 2);
    const scores = labels.map((label, row) => 1 / (1 + Math.exp(-(label * 2 - 1 + gaussian(next) * (row < 300 ? 1 : noiseOfSecond)))));
    const groups = new Map([['sex', [...labels].map((_, row) => (row < 300 ? '1' : '2'))]]);
    return measureSlices({ labels, outputs: { candidate: [scores] }, groups }, project, problemOf(project));
  };

  test('tell the loss of the worst one', () => {
    const even = sliced(projectWith({ slices: SLICES }), 1);
    expect(even).toMatchObject({ id: 'slices', status: 'measured', explanation: expect.stringContaining('the worst of 2 slices is sex = ') });
    expect(even.value).toBeLessThan(0.03);
    const uneven = sliced(projectWith({ slices: SLICES }), 20);
    expect(uneven.value).toBeGreaterThan(0.1);
    expect(uneven.explanation).toContain('sex = 2: auc');
  });

  test('that are too small are named, and not judged', () => {
    expect(sliced(projectWith({ slices: SLICES }), 20, 20).explanation).toContain('too small to judge (below 50 rows): sex = 2 with 20');
  });

  test('are not measured where all of them are too small, or the column is absent', () => {
    expect(sliced(projectWith({ slices: { ...SLICES, minimumRows: 5000 } }), 1)).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('no slice can be judged') });
    expect(sliced(projectWith({ slices: { ...SLICES, columns: ['race'] } }), 1)).toMatchObject({ status: 'notMeasured', explanation: expect.stringContaining('say nothing of the columns race') });
  });

  test('are not applicable where none is declared', () => {
    expect(sliced(projectWith({}), 1)).toMatchObject({ status: 'notApplicable' });
  });

  test('on which the metric says nothing are named', () => {
    const project = projectWith({ slices: { ...SLICES, minimumRows: 2 } });
    const labels = Float64Array.from([0, 1, 0, 1, 1, 1]);
    const found = measureSlices({ labels, outputs: { candidate: [Float64Array.from([0.1, 0.9, 0.6, 0.4, 0.5, 0.7])] }, groups: new Map([['sex', ['1', '1', '1', '1', '2', '2']]]) }, project, problemOf(project));
    expect(found.explanation).toContain("sex = 2 can't be judged: an ROC curve needs both classes");
  });

  test('of errors are compared as a share of the error over all', () => {
    const project = regressionProject({ slices: { ...SLICES, minimumRows: 2 } });
    const labels = Float64Array.from([1, 2, 3, 4]);
    const found = measureSlices({ labels, outputs: { candidate: [Float64Array.from([2, 1, 6, 1])] }, groups: new Map([['sex', ['1', '1', '2', '2']]]) }, project, problemOf(project));
    expect(found.value).toBeCloseTo(3 / Math.sqrt(5) - 1, 12);
  });
});

describe('Rows are grouped', () => {
  const names = (values: readonly (string | null)[], edges?: readonly number[]): string[] =>
    groupRows(values, { name: 'age', type: 'integer' }, 'age', edges).map(({ name, rows }) => `${name}: ${rows.join(' ')}`);

  test('by bands of a number, which hold their lower edge', () => {
    expect(names(['20', '30', '31', '64', '65', null], [30, 65])).toEqual(['age below 30: 0', 'age from 30 to below 65: 1 2 3', 'age from 65: 4', 'age is missing: 5']);
  });

  test('by quarters where no band is declared', () => {
    expect(names(['1', '2', '3', '4', '5', '6', '7', '8'])).toHaveLength(4);
  });

  test('by value where there is a domain', () => {
    expect(groupRows(['2', '1', '2'], { name: 'sex', type: 'string', domain: ['1', '2'] }, 'sex').map(({ name }) => name)).toEqual(['sex = 1', 'sex = 2']);
  });
});
