import { expressionIn } from '../../../local/stepfunctions/jsonata/evaluate';

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const ANY = '{% 1 %}';
/** Resources have a check of their own too. */
const RESOURCE = 'arn:aws:states:::lambda:invoke';
/** Fields that hold any JSON on AWS. */
const FREE: ReadonlySet<string> = new Set(['Output', 'Arguments', 'Items', 'ItemSelector', 'Error', 'Cause', 'Condition']);

function field(name: string, value: unknown): unknown {
  if (FREE.has(name)) {
    return ANY;
  }
  if (name === 'Resource' && typeof value === 'string') {
    return RESOURCE;
  }
  if (name === 'Assign' || name === 'Credentials') {
    return isRecord(value) ? {} : value;
  }
  if (typeof value === 'string' && expressionIn(value) !== undefined) {
    return ANY;
  }
  return shape(value);
}

const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(shape);
  }
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, element]) => [name, name === 'States' ? states(element) : field(name, element)])) : value;
};

/** Names of states are no fields, whatever they are. */
const states = (value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, state]) => [name, shape(state)])) : value;

/**
 * A definition without its expressions and payloads. The schema of asl-validator refuses some that AWS takes (several lines, no blanks inside the
 * brackets, lists and plain text as Output); expressions have a check of their own.
 */
export const skeleton = (definition: Json): Json => shape(definition) as Json;
