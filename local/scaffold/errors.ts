/** Why no project can be made, in one plain sentence for a person: what was found, what is needed, what to change. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError';
}
