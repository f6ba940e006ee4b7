import { missingDocumentation, requireDocumentation } from '../../../lambda/register/documentation';
import { parseModelCard } from '../../../lambda/register/model-card-schema';
import { modelCard } from '../../../lambda/register/model-card';
import { fixtureProject } from '../../support/fixtures';

const written = {
  owner: 'Credit risk, models@example.com',
  purpose: 'Ranks applications by the chance that they are repaid.',
  intendedUses: 'Order in which clerks look at applications.',
  riskRating: 'High',
  ethicalConsiderations: 'Must not replace the judgement of a clerk; age is no feature.',
  caveats: 'Trained on applications of private customers alone.',
} as const;

describe('Documentation', () => {
  test('that people have written is complete', () => {
    expect(missingDocumentation({ modelCard: written })).toEqual([]);
  });

  test.each([
    ['owner', 'Replace by a person of your organization', 'replace by'],
    ['owner', '<name>', '<name>'],
    ['purpose', 'TODO', 'TODO'],
    ['intendedUses', 'To be written before release', 'to be written'],
    ['caveats', 'Known limits ...', '...'],
  ])('with a placeholder in %s is not: %s', (field, text, found) => {
    const [fault] = missingDocumentation({ modelCard: { ...written, [field]: text } });
    expect(fault?.toLowerCase()).toContain(`modelcard.${field} still holds the placeholder "${found}"`.toLowerCase());
  });

  test.each(['None', 'n/a', '-', ''])('that answers %j says nothing', (caveats) => {
    expect(missingDocumentation({ modelCard: { ...written, caveats } })).toEqual([`modelCard.caveats says ${JSON.stringify(caveats)}, which says nothing of the model`]);
  });

  test('that is not written stops the registration where the environment requires it, and nowhere else', () => {
    const unwritten = { name: 'people', modelCard: { ...written, owner: 'TODO' } };
    expect(() => requireDocumentation(unwritten, 'required')).toThrow('In model.yaml of people: modelCard.owner still holds the placeholder "TODO"');
    expect(() => requireDocumentation(unwritten, 'draft')).not.toThrow();
    expect(() => requireDocumentation({ ...unwritten, modelCard: written }, 'required')).not.toThrow();
  });

  test('without a rating of the risk is not complete', () => {
    expect(missingDocumentation({ modelCard: { ...written, riskRating: 'Unknown' } })).toEqual(['modelCard.riskRating is Unknown; rate the risk High, Medium or Low']);
  });
});

describe("SageMaker's schema of model cards", () => {
  const card = () => structuredClone(modelCard({
    project: fixtureProject().data,
    evaluation: { problemType: 'binaryClassification', rows: 10, metrics: { auc: 0.8 }, baseline: { auc: 0.7 }, champion: null, environment: { python: '3', packages: {} } },
    evaluationUri: 's3://a/b', image: 'image:1', modelDataUrl: 's3://a/m', snapshotUri: 's3://a/s/', hyperparameters: { depth: '3' }, environmentChanges: null,
  })) as Record<string, Record<string, unknown>>;

  test('takes the card that is made of a project and its evaluation', () => {
    expect(() => parseModelCard(card(), 'the card')).not.toThrow();
  });

  test('knows no other members', () => {
    const other = card();
    (other.model_overview ?? {}).model_name = 'x';
    expect(() => parseModelCard(other, 'the card')).toThrow("the card is not in SageMaker's schema: model_overview: Unrecognized key");
  });

  test('limits the length of texts', () => {
    const other = card();
    (other.intended_uses ?? {}).purpose_of_model = 'x'.repeat(2049);
    expect(() => parseModelCard(other, 'the card')).toThrow('intended_uses.purpose_of_model');
  });

  test('limits the length of the whole', () => {
    const other = card();
    const group = { name: 'g', metric_data: Array.from({ length: 3000 }, (_, i) => ({ name: `metric ${i}`, type: 'number', value: i })) };
    other.evaluation_details = [{ name: 'e', datasets: [], metric_groups: [group] }] as never;
    expect(() => parseModelCard(other, 'the card')).toThrow('SageMaker takes 100000 in a model package');
  });
});
