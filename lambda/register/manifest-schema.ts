import { z } from 'zod';

/** Hash of a file or of canonical JSON. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex');
const uri = z.string().regex(/^s3:\/\/[^/]+\/.+$/, 'must be an S3 URI of an object or a folder');
const text = z.string().min(1);
const count = z.number().int().nonnegative();

const pinnedFile = z.strictObject({ uri, sha256 });

/**
 * What a machine-learning artifact is made of ("Implementation of MLOps", section 2.3): code, data, parameters, model, environment and documentation,
 * enough to rebuild it and to prove that nothing was exchanged, and what was measured on it. Its canonical JSON is hashed into the package digest.
 * No ARN stands in it, since ARNs exist only after registration.
 */
export const manifestSchema = z.strictObject({
  version: z.literal('1'),
  model: text,
  problemType: text,
  run: z.strictObject({
    id: text,
    environment: text,
    policyDigest: text,
    /** Package digest of the champion that it was compared with. */
    comparedWith: text.nullable(),
  }),
  code: z.strictObject({
    repository: text,
    commit: text,
    /** Kept beside the runs, so that it lives as long as they do. */
    bundleUri: uri,
    bundleSha256: sha256,
    /** SHA-256 of the canonical JSON of the pipeline's definition. */
    pipelineDefinitionDigest: sha256,
    /** Version of the SageMaker pipeline that ran; its definition has the digest above. */
    pipelineVersionId: z.number().int().positive(),
  }),
  data: z.strictObject({
    snapshotUri: uri,
    /** SHA-256 of the canonical list of the delivered objects. */
    digest: sha256,
    schemaVersion: text,
    files: count,
    newestModifiedAt: text,
    /** Rows of the test split. */
    testRows: count,
    /** Delivered objects, each with its copy in the snapshot. */
    sources: z.array(
      z.strictObject({ uri, versionId: text.optional(), etag: text, size: count, /** Name of the copy in the snapshot. */ file: text, /** Of the copy. */ sha256 }),
    ),
  }),
  parameters: z.strictObject({
    hyperparameters: z.record(text, z.string()),
    seed: z.number().int(),
    /** Who chose the hyperparameters: a person in `model.yaml`, or a search on validation rows. */
    chosenBy: z.enum(['declaration', 'tuning']),
    /** Every trial of the search. */
    search: pinnedFile.optional(),
  }),
  modelArtifact: pinnedFile.extend({ etag: text, size: count }),
  environment: z.strictObject({
    image: text,
    /** `sha256:...` of the image; `null` where it is known by its tag alone, as on a machine without containers. */
    imageDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/).nullable(),
    python: text,
    packages: z.record(text, text),
    /** SHA-256 of the canonical JSON of Python's version and the packages. */
    lockSha256: sha256,
    /** What differs from the champion's environment, such as `numpy 2.0.0 -> 2.1.0`; `null` without a champion. */
    changes: z.array(text).nullable(),
  }),
  evaluation: pinnedFile.extend({ metrics: z.record(text, z.number()) }),
  predictions: pinnedFile,
  golden: pinnedFile,
  reference: pinnedFile,
  /** What the data check wrote in the formats of SageMaker Model Monitor, such as `statistics.json`. */
  dataReports: z.array(pinnedFile.extend({ name: text })),
  gates: z.array(z.strictObject({ gate: text, verdictUri: uri, verdictSha256: text })).min(1),
  documentation: z.strictObject({ modelCardUri: uri, modelCardSha256: sha256 }),
});

export type ArtifactManifest = z.infer<typeof manifestSchema>;

/**
 * Reads a manifest.
 *
 * @throws Error naming every member that is missing, unknown or of another form.
 */
export function parseManifest(json: unknown, where: string): ArtifactManifest {
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) {
    return parsed.data;
  }
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the manifest'}: ${message}`);
  throw new Error(`${where} is no manifest of an ML artifact (lambda/register/manifest-schema.ts): ${faults.join('; ')}`);
}
