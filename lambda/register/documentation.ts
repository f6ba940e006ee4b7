import type { ModelDeclaration } from '../shared/project/contract';
import type { Documentation } from './contract';

/** Fields of the model card that only people can write. */
const FIELDS = ['owner', 'purpose', 'intendedUses', 'ethicalConsiderations', 'caveats'] as const;

/** Words of a template that nobody has filled in yet. */
const PLACEHOLDER =
  /\b(todo|tbd|fixme|xxx|lorem ipsum|placeholder|to be (written|filled|defined|decided)|fill in|change me)\b|\b(replace (this|by|with|me)|your (name|team|organi[sz]ation))\b|<[^<>]+>|\.{3}$/i;

/** Answers that say nothing of a model. */
const EMPTY = /^(none|n\/?a|not applicable|unknown|test|[-–—?.\s]*)\.?$/i;

/** Fields of the model card that their author has not written yet, each with what was found. */
export function missingDocumentation({ modelCard }: Pick<ModelDeclaration, 'modelCard'>): string[] {
  const faults = FIELDS.flatMap((field) => {
    const text = modelCard[field].trim();
    const placeholder = PLACEHOLDER.exec(text)?.[0];
    if (placeholder !== undefined) {
      return [`modelCard.${field} still holds the placeholder ${JSON.stringify(placeholder)}`];
    }
    return EMPTY.test(text) ? [`modelCard.${field} says ${JSON.stringify(text)}, which says nothing of the model`] : [];
  });
  return modelCard.riskRating === 'Unknown' ? [...faults, 'modelCard.riskRating is Unknown; rate the risk High, Medium or Low'] : faults;
}

/** A version may not be registered without what people must write about it. */
export class DocumentationIncomplete extends Error {
  override readonly name = 'DocumentationIncomplete';
}

/** @throws DocumentationIncomplete naming each field that its author has not written yet, where the environment requires them. */
export function requireDocumentation(declaration: Pick<ModelDeclaration, 'name' | 'modelCard'>, documentation: Documentation): void {
  const missing = documentation === 'required' ? missingDocumentation(declaration) : [];
  if (missing.length > 0) {
    throw new DocumentationIncomplete(
      `this environment registers no version without its documentation (development.documentation: required). In model.yaml of ${declaration.name}: ` +
        `${missing.join('; ')}. Write what is true of the model, and release it.`,
    );
  }
}
