/** Where objects of the process lie. */

/** Where objects lie. Keys are relative to the bucket named in the comment; `runId` is the name of a `ModelDevelopment` execution. */
export const Layout = {
  /** Data bucket: `<model>/training/<delivery>/<part>.parquet`, complete once `_SUCCESS` lies beside the parts. */
  trainingPrefix: (model: string): string => `${model}/training/`,
  /** Data bucket: delayed labels, `<model>/labels/<delivery>/<part>.parquet` + `_SUCCESS`; columns record id and target. */
  labelsPrefix: (model: string): string => `${model}/labels/`,
  /** Data bucket: labelled production windows written by the feedback loop; the same delivery form. */
  feedbackPrefix: (model: string): string => `${model}/feedback/`,
  /** Data bucket: deliveries that a person tries out; the same form. Nothing starts by itself on them, and no later run sees them. */
  trialPrefix: (model: string): string => `${model}/trials/`,
  DELIVERY_MARKER: '_SUCCESS',
  /** Artifacts bucket: pinned copies of data. */
  snapshotPrefix: (model: string, digest: string): string => `${model}/snapshots/${digest}/`,
  /** Artifacts bucket: an unpacked code bundle. */
  codePrefix: (model: string, sha256: string): string => `${model}/code/${sha256}/`,
  /** Artifacts bucket: everything one development run writes. */
  runPrefix: (model: string, runId: string): string => `${model}/runs/${runId}/`,
  /** Evidence bucket: evidence and verdict of one gate run. */
  gatePrefix: (model: string, gate: string, runId: string): string => `${model}/gates/${gate}/${runId}/`,
  /** Evidence bucket: manifest of an ML artifact. */
  manifestKey: (model: string, packageDigest: string): string => `${model}/manifests/${packageDigest}.json`,
  /** Evidence bucket: model card of an ML artifact, by its own hash. */
  modelCardKey: (model: string, sha256: string): string => `${model}/manifests/cards/${sha256}.json`,
  /** Evidence bucket of prod: the admitted copy of a qualification verdict and its evidence. */
  qualificationPrefix: (model: string, packageDigest: string): string => `${model}/qualifications/${packageDigest}/`,
  /** Inference log bucket: records arrive under this prefix, then `yyyy/MM/dd/HH/`. */
  inferencePrefix: (model: string): string => `${model}/inference/`,
  /** Systems Manager parameter with the record of the champion, written only by the promotion. */
  championParameter: (model: string): string => `/mlops/${model}/champion`,
} as const;
