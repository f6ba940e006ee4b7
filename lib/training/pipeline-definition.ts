import { createHash } from 'node:crypto';
import { canonicalJson } from '../config/canonical-json';
import { lit, UnscopedValidationError } from '../core/errors';
import { type JobPlacement, volumeKey, vpcConfig } from './job-placement';
import { type DefinitionJson, referenceFaults, type StepJson } from './pipeline-references';
import type { Join, Reference, Text } from './pipeline-values';

/** Part of every job of a pipeline. */
export interface JobSettings extends JobPlacement {
  readonly image: string;
  readonly roleArn: string;
  readonly instanceType: string;
  readonly volumeSizeGb: number;
  readonly maximumRuntimeSeconds: number;
  /** Key of the job's outputs: id, ARN or alias ARN. */
  readonly kmsKeyId: string;
  /**
   * Reuse what an earlier execution made of the same image, inputs and arguments for so many days. The outputs then lie where that execution put them:
   * refer to them through the step. @default - every execution does the work
   */
  readonly cacheDays?: number;
}

/** Properties of a processing step. */
export interface ProcessingProps extends JobSettings {
  readonly entryPoint: readonly string[];
  readonly arguments?: readonly Text[];
  /** S3 folder or object by input name; it appears under `/opt/ml/processing/input/<name>`. */
  readonly inputs: Readonly<Record<string, Text>>;
  /** S3 folder by output name, from `/opt/ml/processing/output/<name>`. */
  readonly outputs: Readonly<Record<string, Text>>;
  readonly dependsOn?: readonly string[];
}

/** Properties of a training step. */
export interface TrainingProps extends JobSettings {
  readonly hyperparameters: Readonly<Record<string, Text>>;
  /** S3 folder by channel name; it appears under `/opt/ml/input/data/<name>`. */
  readonly channels: Readonly<Record<string, Text>>;
  readonly outputPath: Text;
  readonly dependsOn?: readonly string[];
  /** @default 1 */
  readonly instanceCount?: number;
  /** Spot instances: the job may be interrupted, and begins again. @default false */
  readonly spot?: boolean;
}

/** A spot job may wait for capacity and begin again: this many times its running time, all in all. */
const SPOT_WAIT_FACTOR = 2;

/** Faults of the service and of capacity that pass by themselves. An error of the script is not among them. */
const RETRY_POLICIES = [
  { ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3 },
  { ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 3 },
];

/** SageMaker's limit of a definition given as text. */
const MAXIMUM_LENGTH = 1_048_576;

/**
 * Builds the definition of a SageMaker pipeline. Steps hand out references to what they produce, and everything that is referred to is checked
 * when the definition is built: a wrong name is an error of the synthesis, not of a run at night.
 *
 * Jobs run without network, even inside a VPC: code comes as an input. What several instances of a job tell each other is encrypted.
 */
export class PipelineDefinition {
  private readonly parameters: { Name: string; Type: string; DefaultValue?: string }[] = [];
  private readonly steps: StepJson[] = [];

  /** Declares a text parameter. Without a default, every execution must give it. */
  public parameter(name: string, defaultValue?: string): Reference {
    this.parameters.push({ Name: name, Type: 'String', ...(defaultValue === undefined ? {} : { DefaultValue: defaultValue }) });
    return { Get: `Parameters.${name}` };
  }

  /** Adds a processing job. */
  public processing(name: string, props: ProcessingProps): ProcessingStep {
    this.add(name, 'Processing', props, {
      ProcessingResources: { ClusterConfig: { InstanceType: props.instanceType, InstanceCount: 1, VolumeSizeInGB: props.volumeSizeGb, ...volumeKey(props, props.instanceType) } },
      AppSpecification: {
        ImageUri: props.image,
        ContainerEntrypoint: props.entryPoint,
        ...(props.arguments === undefined ? {} : { ContainerArguments: props.arguments }),
      },
      RoleArn: props.roleArn,
      NetworkConfig: { EnableNetworkIsolation: true, EnableInterContainerTrafficEncryption: true, ...vpcConfig(props) },
      StoppingCondition: { MaxRuntimeInSeconds: props.maximumRuntimeSeconds },
      ProcessingInputs: Object.entries(props.inputs).map(([input, uri]) => ({
        InputName: input,
        AppManaged: false,
        S3Input: { S3Uri: uri, LocalPath: `/opt/ml/processing/input/${input}`, S3DataType: 'S3Prefix', S3InputMode: 'File' },
      })),
      ProcessingOutputConfig: {
        KmsKeyId: props.kmsKeyId,
        Outputs: Object.entries(props.outputs).map(([output, uri]) => ({
          OutputName: output,
          AppManaged: false,
          S3Output: { S3Uri: uri, LocalPath: `/opt/ml/processing/output/${output}`, S3UploadMode: 'EndOfJob' },
        })),
      },
    });
    return new ProcessingStep(name);
  }

  /** Adds a training job. */
  public training(name: string, props: TrainingProps): TrainingStep {
    this.add(name, 'Training', props, {
      AlgorithmSpecification: { TrainingImage: props.image, TrainingInputMode: 'File' },
      HyperParameters: props.hyperparameters,
      InputDataConfig: Object.entries(props.channels).map(([channel, uri]) => ({
        ChannelName: channel,
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' } },
      })),
      OutputDataConfig: { S3OutputPath: props.outputPath, KmsKeyId: props.kmsKeyId },
      ResourceConfig: { InstanceType: props.instanceType, InstanceCount: props.instanceCount ?? 1, VolumeSizeInGB: props.volumeSizeGb, ...volumeKey(props, props.instanceType) },
      StoppingCondition: {
        MaxRuntimeInSeconds: props.maximumRuntimeSeconds,
        ...(props.spot === true && { MaxWaitTimeInSeconds: props.maximumRuntimeSeconds * SPOT_WAIT_FACTOR }),
      },
      ...(props.spot === true && { EnableManagedSpotTraining: true }),
      RoleArn: props.roleArn,
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      ...vpcConfig(props),
    });
    return new TrainingStep(name);
  }

  /**
   * The definition.
   *
   * @throws with every wrong name and reference, or when the text is longer than SageMaker takes.
   */
  public build(): BuiltDefinition {
    const json: DefinitionJson & { Version: string; Metadata: object } = {
      Version: '2020-12-01',
      Metadata: {},
      Parameters: this.parameters,
      Steps: this.steps,
    };
    const faults = referenceFaults(json);
    if (faults.length > 0) {
      throw new UnscopedValidationError(lit`PipelineDefinition`, `the pipeline definition is wrong:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    }
    const body = JSON.stringify(json);
    if (body.length > MAXIMUM_LENGTH) {
      throw new UnscopedValidationError(
        lit`PipelineDefinitionLength`,
        `the pipeline definition has ${body.length} characters, SageMaker takes ${MAXIMUM_LENGTH}; split the pipeline`,
      );
    }
    return { body, digest: createHash('sha256').update(canonicalJson(json)).digest('hex'), parameters: this.parameters.map(({ Name }) => Name) };
  }

  private add(
    name: string,
    type: string,
    { dependsOn, cacheDays }: { readonly dependsOn?: readonly string[]; readonly cacheDays?: number },
    args: Readonly<Record<string, unknown>>,
  ): void {
    const options = {
      ...(dependsOn === undefined ? {} : { DependsOn: dependsOn }),
      ...(cacheDays === undefined ? {} : { CacheConfig: { Enabled: true, ExpireAfter: `P${cacheDays}D` } }),
      RetryPolicies: RETRY_POLICIES,
    };
    this.steps.push({ Name: name, Type: type, Arguments: args, ...options } as StepJson);
  }
}

/** A definition whose references have been checked. */
export interface BuiltDefinition {
  readonly body: string;
  /** SHA-256 (hex) of the canonical JSON. */
  readonly digest: string;
  readonly parameters: readonly string[];
}

/** Handle to what a processing step produces. */
export class ProcessingStep {
  constructor(public readonly name: string) {}

  /** S3 folder of an output. */
  public output(output: string): Reference {
    return { Get: `Steps.${this.name}.ProcessingOutputConfig.Outputs['${output}'].S3Output.S3Uri` };
  }
}

/** Handle to what a training step produces. */
export class TrainingStep {
  constructor(public readonly name: string) {}

  /** S3 URI of `model.tar.gz`. */
  public get modelArtifact(): Reference {
    return { Get: `Steps.${this.name}.ModelArtifacts.S3ModelArtifacts` };
  }
}

/** `On` between the values, filled in when the pipeline runs. */
export const join = (on: string, ...values: Text[]): Join => ({ 'Std:Join': { On: on, Values: values } });
