import type { ChampionRecord, PromotionRolledBack } from '../shared/process/contract';

/** What the function is called with: an event of the promotion, or the time to look again. */
export type LifeCycleEvent =
  | { readonly 'detail-type': 'ChampionChanged'; readonly detail: ChampionRecord }
  | { readonly 'detail-type': 'PromotionRolledBack'; readonly detail: PromotionRolledBack }
  | { readonly 'detail-type': 'Scheduled Event'; readonly detail: Readonly<Record<string, never>> };

export interface LifeCycleResult {
  /** What changed, such as `version 3: Retired superseded`. */
  readonly changed: readonly string[];
}
