import type { ColumnSchema } from './contract';

/**
 * Words in names of columns that hint at what the law protects (EU Charter of Fundamental Rights, Article 21; GDPR, Article 9) or at what identifies a
 * person. A hint only: a person decides with `sensitive` in the schema.
 */
const WORDS = new Set([
  'sex', 'gender', 'race', 'ethnic', 'ethnicity', 'religion', 'nationality', 'citizenship', 'disability', 'disabled', 'pregnant', 'pregnancy', 'union', 'politics',
  'political', 'orientation', 'health', 'diagnosis', 'birthdate', 'birthday', 'birth', 'age', 'ssn', 'passport', 'email', 'phone', 'iban', 'surname', 'firstname', 'lastname', 'address',
]);

/** `dateOfBirth`, `date_of_birth` and `DATE-OF-BIRTH` have the same words. */
const wordsOf = (name: string): string[] => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z]+/);

export const soundsSensitive = ({ name }: Pick<ColumnSchema, 'name'>): boolean => wordsOf(name).some((word) => WORDS.has(word));
