import type { ModelProjectData } from '../shared/contract';
import { canonicalJson, sha256 } from '../shared/hash';
import type { SourceObject } from '../snapshot/contract';
import type { ArtifactManifest, EvaluationReport, PinnedFile, RegisterEvent } from './contract';

/** Everything that a manifest is made of; found out by the handler. */
export interface ManifestFacts {
  readonly project: ModelProjectData;
  readonly environment: string;
  readonly event: RegisterEvent;
  readonly sources: readonly SourceObject[];
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly modelArtifact: ArtifactManifest['modelArtifact'];
  readonly evaluation: EvaluationReport;
  readonly evaluationFile: PinnedFile;
  readonly golden: PinnedFile;
  readonly modelCardSha256: string;
}

/** Builds the manifest of an ML artifact. Pure: the same facts give the same manifest and so the same digest. */
export function buildManifest(facts: ManifestFacts): ArtifactManifest {
  const { event, project, evaluation } = facts;
  const { release, snapshot } = event;
  return {
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
      bundleUri: release.bundleUri,
      bundleSha256: release.bundleSha256,
      pipelineDefinitionDigest: release.pipelineDefinitionDigest,
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
    parameters: { hyperparameters: facts.hyperparameters, seed: project.declaration.training.seed, chosenBy: 'declaration' },
    modelArtifact: facts.modelArtifact,
    environment: { image: release.image, python: evaluation.environment.python, packages: evaluation.environment.packages },
    evaluation: { ...facts.evaluationFile, metrics: evaluation.metrics },
    golden: facts.golden,
    reference: { uri: event.reference.referenceUri, sha256: event.reference.sha256 },
    gates: [event.gates.data, event.gates.model].map(({ gate, verdictUri, verdictSha256 }) => ({ gate, verdictUri, verdictSha256 })),
    documentation: { modelCardSha256: facts.modelCardSha256 },
  };
}

/** SHA-256 (hex) of the canonical JSON of a manifest: the identity of an ML artifact. */
export const packageDigestOf = (manifest: ArtifactManifest): string => sha256(canonicalJson(manifest));
