import type { ChampionRecord, ReleasePin } from '../shared/process/contract';

export interface ReleaseEvent {
  readonly runId: string;
  readonly release: ReleasePin;
  /** `none` where a version is rebuilt: what is in production by now plays no part. */
  readonly champion: 'current' | 'none';
}

export interface ReleaseResult {
  /** Folder with the unpacked code: the `code` input of jobs. */
  readonly codeUri: string;
  /** The bundle itself, beside that folder: it stays as long as versions made from it. */
  readonly bundleUri: string;
  /** Folder with the champion's `model.tar.gz`, or with a file `NONE` before the first promotion. */
  readonly championUri: string;
  readonly champion: ChampionRecord | null;
}

/** File that stands for the champion while there is none: a job's input must not be empty. */
export const NO_CHAMPION_FILE = 'NONE';
