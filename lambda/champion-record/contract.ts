import type { ChampionRecord } from '../shared/process/contract';

/** Event of the promotion, as far as it is read. */
export interface ChampionEvent {
  readonly detail: ChampionRecord;
}

export type RecordResult = { readonly recorded: true } | { readonly recorded: false; readonly reason: string };
