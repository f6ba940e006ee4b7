/** A permission that the story never needs and that stays. */
export interface Kept {
  /** Families of roles, as `familyOf` names them. */
  readonly roles: RegExp;
  readonly actions: readonly string[];
  /** A sentence that a reviewer can check. */
  readonly reason: string;
}

export const KEPT: readonly Kept[] = [];
