import type { EvidenceFile } from '../gate/contract';
import type { ModelProjectData } from '../shared/project/contract';
import { canonicalJson, sha256 } from '../shared/storage/hash';
import type { PinnedSource } from '../snapshot/contract';
import type { EvaluationReport, PinnedFile, RegisterEvent } from './contract';
import { type ArtifactManifest, parseManifest } from './manifest-schema';
import type { TrainingJob } from './training-job';

/** Everything that a manifest is made of; found out by the handler. */
export interface ManifestFacts {
  readonly project: ModelProjectData;
  readonly environment: string;
  readonly event: RegisterEvent;
  readonly sources: readonly PinnedSource[];
  readonly job: TrainingJob;
  /** What a search found, where one ran. */
  readonly search?: { readonly file: PinnedFile; readonly best: Readonly<Record<string, unknown>> };
  readonly modelArtifact: ArtifactManifest['modelArtifact'];
  readonly evaluation: EvaluationReport;
  readonly files: Readonly<Record<'evaluation' | 'predictions' | 'golden', PinnedFile>>;
  readonly modelCard: PinnedFile;
  readonly dataReports: readonly EvidenceFile[];
  /** What differs from the champion's packages; `null` without a champion. */
  readonly environmentChanges: readonly string[] | null;
}

/**
 * Builds the manifest of an ML artifact. Pure: the same facts give the same manifest and so the same digest.
 *
 * @throws Error naming each member that is not as the schema says.
 */
export function buildManifest(facts: ManifestFacts): ArtifactManifest {
  const { event, project, evaluation, files, job, search } = facts;
  const { release, snapshot } = event;
  const { python, packages } = evaluation.environment;
  const chosen = Object.entries(search?.best ?? {}).map(([name, value]) => [name, String(value)] as const);
  return parseManifest(
    {
      version: '1',
      model: project.declaration.name,
      problemType: project.declaration.problemType,
      run: {
        id: event.runId,
        environment: facts.environment,
        policyDigest: project.policyDigest,
        comparedWith: event.champion?.packageDigest ?? null,
      },
      code: {
        repository: release.repository,
        commit: release.commit,
        bundleUri: event.bundleUri,
        bundleSha256: release.bundleSha256,
        pipelineDefinitionDigest: release.pipelineDefinitionDigest,
        pipelineVersionId: job.pipelineVersionId,
      },
      data: {
        snapshotUri: snapshot.snapshotUri,
        digest: snapshot.digest,
        schemaVersion: project.schema.version,
        files: snapshot.files,
        newestModifiedAt: snapshot.newestModifiedAt,
        testRows: evaluation.rows,
        sources: facts.sources,
      },
      parameters: {
        hyperparameters: { ...job.hyperparameters, ...Object.fromEntries(chosen) },
        seed: project.declaration.training.seed,
        chosenBy: search === undefined ? 'declaration' : 'tuning',
        ...(search === undefined ? {} : { search: search.file }),
      },
      modelArtifact: facts.modelArtifact,
      environment: {
        image: release.image,
        imageDigest: /@(sha256:[0-9a-f]{64})$/.exec(release.image)?.[1] ?? null,
        python,
        packages,
        lockSha256: sha256(canonicalJson({ python, packages })),
        changes: facts.environmentChanges,
      },
      evaluation: { ...files.evaluation, metrics: evaluation.metrics },
      predictions: files.predictions,
      golden: files.golden,
      reference: { uri: event.reference.referenceUri, sha256: event.reference.sha256 },
      dataReports: facts.dataReports,
      gates: [event.gates.data, event.gates.model].map(({ gate, verdictUri, verdictSha256 }) => ({ gate, verdictUri, verdictSha256 })),
      documentation: { modelCardUri: facts.modelCard.uri, modelCardSha256: facts.modelCard.sha256 },
    },
    `the record of ${event.runId}`,
  );
}

/** SHA-256 (hex) of the canonical JSON of a manifest: the identity of an ML artifact. */
export const packageDigestOf = (manifest: ArtifactManifest): string => sha256(canonicalJson(manifest));
