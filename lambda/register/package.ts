import type { CreateModelPackageCommandInput, ProductionVariantInstanceType, TransformInstanceType } from '@aws-sdk/client-sagemaker';
import type { ModelProjectData } from '../shared/project/contract';
import { Stages, StageStatuses } from '../shared/registry/contract';
import { type ArtifactManifest, PackageMetadata, SERVING_ENVIRONMENT } from './contract';

/** What the registry entry binds together. */
export interface PackageFacts {
  readonly groupName: string;
  readonly project: ModelProjectData;
  readonly manifest: ArtifactManifest;
  readonly manifestUri: string;
  readonly packageDigest: string;
  /** JSON text of the model card. */
  readonly modelCard: string;
  /** ML Test Score at registration, and where it is written down. */
  readonly score: { readonly uri: string; readonly value: number };
}

const contentDigest = (sha256: string): string => `sha256:${sha256}`;

/** Request that registers an ML artifact as a version of its group, waiting for approval. */
export function modelPackageRequest(facts: PackageFacts): CreateModelPackageCommandInput {
  const { manifest, project } = facts;
  const json = (file: { uri: string; sha256: string }) => ({
    ContentType: 'application/json',
    S3Uri: file.uri,
    ContentDigest: contentDigest(file.sha256),
  });
  const report = (name: string) => manifest.dataReports.find((file) => file.name === name);
  const [statistics, constraints] = [report('statistics.json'), report('constraints.json')];
  const dataQuality = statistics === undefined || constraints === undefined ? undefined : { Statistics: json(statistics), Constraints: json(constraints) };
  return {
    ModelPackageGroupName: facts.groupName,
    ModelPackageDescription: `${project.declaration.description.slice(0, 900)} Run ${manifest.run.id}.`,
    ModelApprovalStatus: 'PendingManualApproval',
    ModelLifeCycle: { Stage: Stages.DEVELOPMENT, StageStatus: StageStatuses.REGISTERED },
    // The digest is the one field that nobody can change later; it also makes a repeated request the same request.
    ClientToken: facts.packageDigest.slice(0, 36),
    MetadataProperties: { CommitId: manifest.code.commit, Repository: manifest.code.repository, GeneratedBy: facts.packageDigest },
    CustomerMetadataProperties: {
      [PackageMetadata.MANIFEST_URI]: facts.manifestUri,
      [PackageMetadata.RUN_ID]: manifest.run.id,
      [PackageMetadata.DATA_DIGEST]: manifest.data.digest,
      [PackageMetadata.GOLDEN_URI]: manifest.golden.uri,
      [PackageMetadata.REFERENCE_URI]: manifest.reference.uri,
      [PackageMetadata.MODEL_SHA256]: manifest.modelArtifact.sha256,
      [PackageMetadata.SCORE]: String(facts.score.value),
      [PackageMetadata.SCORE_URI]: facts.score.uri,
    },
    InferenceSpecification: {
      Containers: [
        {
          Image: manifest.environment.image,
          ...(manifest.environment.imageDigest === null ? {} : { ImageDigest: manifest.environment.imageDigest }),
          ModelDataUrl: manifest.modelArtifact.uri,
          ModelDataETag: manifest.modelArtifact.etag,
          Environment: { ...SERVING_ENVIRONMENT },
        },
      ],
      SupportedContentTypes: ['text/csv', 'application/json'],
      SupportedResponseMIMETypes: ['application/json'],
      SupportedRealtimeInferenceInstanceTypes: [project.declaration.serving.instanceType as ProductionVariantInstanceType],
      SupportedTransformInstanceTypes: [project.declaration.serving.instanceType as TransformInstanceType],
    },
    ModelMetrics: {
      ModelQuality: { Statistics: json(manifest.evaluation) },
      ModelDataQuality: dataQuality ?? { Statistics: json(manifest.reference) },
    },
    // What later windows are compared with, in the formats that Model Monitor gave them.
    ...(dataQuality === undefined ? {} : { DriftCheckBaselines: { ModelDataQuality: dataQuality } }),
    ModelCard: { ModelCardContent: facts.modelCard, ModelCardStatus: 'PendingReview' },
  };
}
