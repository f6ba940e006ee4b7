import type { ColumnSchema } from './contract';

/**
 * Words in names of columns that hint at what the law protects (EU Charter of Fundamental Rights, Article 21; GDPR, Article 9) or at what identifies a
 * person. A hint only: a person decides with `sensitive` in the schema.
 */
const WORDS = new Set([
  'sex', 'gender', 'race', 'ethnic', 'ethnicity', 'religion', 'nationality', 'citizenship', 'disability', 'disabled', 'pregnant', 'pregnancy', 'union', 'politics',
  'political', 'orientation', 'health', 'diagnosis', 'birthdate', 'birthday', 'birth', 'age', 'agep', 'ssn', 'passport', 'email', 'phone', 'iban', 'surname', 'firstname', 'lastname', 'address',
]);

/** What has an age and is no person. */
const THINGS = new Set([
  'house', 'houses', 'housing', 'home', 'building', 'buildings', 'property', 'roof', 'apartment', 'vehicle', 'car', 'truck', 'machine', 'device', 'equipment', 'engine', 'battery', 'asset',
  'account', 'policy', 'contract', 'loan', 'credit', 'invoice', 'order', 'document', 'file', 'record', 'data', 'model', 'product', 'item', 'stock', 'inventory', 'tree', 'wine',
]);

/** Words of a statistic: `housing_median_age` is the age of housing. */
const STATISTICS = new Set(['mean', 'median', 'average', 'avg', 'min', 'max', 'minimum', 'maximum', 'total']);

/** `dateOfBirth`, `date_of_birth` and `DATE-OF-BIRTH` have the same words. */
const wordsOf = (name: string): string[] => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z]+/);

export const soundsSensitive = ({ name }: Pick<ColumnSchema, 'name'>): boolean => {
  const words = wordsOf(name);
  return words.some((word, place) => WORDS.has(word) && !(word === 'age' && isOfThing(words, place)));
};

/** Whether the age at a place is that of a thing: `HouseAge`, `age_of_car`; but `car_owner_age` is that of a person. */
function isOfThing(words: readonly string[], place: number): boolean {
  const owner = words.slice(0, place).findLast((word) => !STATISTICS.has(word));
  const after = words[place + 1] === 'of' ? words.slice(place + 2).filter((word) => word !== 'the') : [];
  return (owner !== undefined && THINGS.has(owner)) || (after.length === 1 && THINGS.has(after[0] ?? ''));
}
