import type { ArtifactManifest } from '../../register/manifest-schema';
import type { Verdict } from '../../gate/contract';

/** Sections of the ML Test Score; the letter begins the ids of their tests. */
export const SECTIONS = { D: 'data', M: 'model', I: 'infrastructure', O: 'monitoring' } as const;
export type Section = (typeof SECTIONS)[keyof typeof SECTIONS];

/** A test of the ML Test Score and what proves that it is done. */
export interface ScoredTest {
  /** `D1` to `O7`. */
  readonly id: string;
  readonly section: Section;
  readonly title: string;
  /** 1: runs automatically, again and again; 0.5: was done by hand, with a record; 0: nothing on record proves it. */
  readonly points: 0 | 0.5 | 1;
  /** URIs of what proves it. */
  readonly evidence: readonly string[];
  /** One plain sentence: what was found, or what is missing. */
  readonly reason: string;
}

/** `<packageDigest>.score.json` beside the manifest. */
export interface MlTestScore {
  readonly version: '1';
  readonly model: string;
  /** Of the version whose own verdicts count; `null` where no version is known. */
  readonly packageDigest: string | null;
  readonly computedAt: string;
  /** Least of the sums of the sections: the ML Test Score. */
  readonly score: number;
  /** 0 to 7 each. */
  readonly sections: Readonly<Record<Section, number>>;
  readonly tests: readonly ScoredTest[];
}

/** A verdict on record. */
export interface RecordedVerdict {
  readonly uri: string;
  readonly verdict: Verdict;
}

/** Result of holding the templates of a commit to every rule (`npm run compliance`), as far as the score reads it. */
export interface ComplianceFact {
  readonly uri: string;
  readonly commit: string;
  /** Findings that nobody explained. */
  readonly unexplained: number;
  readonly rules: number;
}

/** All that a score is computed from. Nothing in it was declared by a person. */
export interface ScoreFacts {
  readonly model: string;
  readonly version?: { readonly uri: string; readonly packageDigest: string; readonly manifest: ArtifactManifest };
  /** Of every gate of the model, in any order. */
  readonly verdicts: readonly RecordedVerdict[];
  readonly compliance?: ComplianceFact;
}
