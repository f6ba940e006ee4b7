import type { ModelLifeCycle, ModelPackageSummary } from '@aws-sdk/client-sagemaker';
import type { ChampionRecord, PromotionRolledBack } from '../shared/process/contract';
import { description, LifeMetadata, Stages, StageStatuses } from '../shared/registry/contract';
import { versionOf } from '../shared/registry/versions';

/** A version whose stage is not what it should be. */
export interface StageChange {
  readonly modelPackageArn: string;
  readonly lifeCycle: ModelLifeCycle;
  readonly metadata?: Readonly<Record<string, string>>;
}

type Version = Pick<ModelPackageSummary, 'ModelPackageArn' | 'ModelLifeCycle'>;

/**
 * Stages that do not agree with the champion: it alone is in production. Told by what is, not by what an event says has changed, so it makes no
 * difference how often and in which order events arrive. Pure.
 */
export function championChanges(versions: readonly Version[], champion: ChampionRecord): StageChange[] {
  const { modelPackageArn, endpointName, endpointConfigName, promotedAt } = champion;
  const serving: ModelLifeCycle = {
    Stage: Stages.PRODUCTION,
    StageStatus: StageStatuses.SERVING,
    StageDescription: description(`Serves since ${promotedAt} at the endpoint ${endpointName}, configuration ${endpointConfigName}.`),
  };
  const number = versionOf(modelPackageArn);
  return versions.flatMap(({ ModelPackageArn: arn = '', ModelLifeCycle: now }): StageChange[] => {
    if (arn === modelPackageArn) {
      return same(now, serving) ? [] : [{ modelPackageArn: arn, lifeCycle: serving, metadata: { [LifeMetadata.PROMOTED_AT]: promotedAt } }];
    }
    if (now?.Stage !== Stages.PRODUCTION) {
      return [];
    }
    const StageStatus = number > versionOf(arn) ? StageStatuses.SUPERSEDED : StageStatuses.ROLLED_BACK;
    return [{
      modelPackageArn: arn,
      lifeCycle: { Stage: Stages.RETIRED, StageStatus, StageDescription: description(`Version ${number} took over at ${promotedAt}.`) },
      metadata: { [LifeMetadata.RETIRED_AT]: promotedAt },
    }];
  });
}

/** A version as it is, when its shift was rolled back. */
export interface Candidate extends Version {
  readonly LastModifiedTime?: Date;
}

/**
 * The stage of a version whose shift was rolled back; nothing where the version has changed since, so that the event is old news: approved again, in
 * production by now, or told already. Pure.
 */
export function rolledBackChange(version: Candidate, { modelPackageArn, reason, rolledBackAt }: PromotionRolledBack, champion: ChampionRecord | undefined): StageChange | undefined {
  const { ModelLifeCycle: now, LastModifiedTime: modifiedAt } = version;
  const closed = now?.Stage === Stages.PRODUCTION || champion?.modelPackageArn === modelPackageArn;
  return closed || (modifiedAt !== undefined && modifiedAt.getTime() > Date.parse(rolledBackAt))
    ? undefined
    : {
        modelPackageArn,
        lifeCycle: { Stage: Stages.RETIRED, StageStatus: StageStatuses.ROLLED_BACK, StageDescription: description(`Its shift of traffic was rolled back at ${rolledBackAt}: ${reason}`) },
      };
}

const same = (left: ModelLifeCycle | undefined, right: ModelLifeCycle): boolean =>
  left?.Stage === right.Stage && left?.StageStatus === right.StageStatus && left?.StageDescription === right.StageDescription;
