import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AdmissionEnv, type Approval, QUALIFICATION_GATE } from '../../lambda/admission/contract';
import { Events } from '../../lambda/shared/process/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from '../core/functions/dead-letter-queue';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { readEnvironmentObjects, useForeignKey } from '../core/storage/foreign-objects';
import { allowObjects } from '../core/storage/object-access';
import type { ModelRegistry } from './model-registry';
import { denyApproval } from './no-approval';

/** Properties of {@link Admission}. */
export interface AdmissionProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly registry: ModelRegistry;
  /** Where qualifications run. */
  readonly qualification: Place;
  readonly approval: Approval;
}

/**
 * Takes the verdicts of qualifications in: only the environment that owns the registry writes to it, after it has verified signature and digests.
 */
export class Admission extends Construct {
  constructor(scope: Construct, id: string, { place, project, registry, qualification, approval }: AdmissionProps) {
    super(scope, id);
    const model = project.declaration.name;
    const evidence = names.bucket(place, 'evidence');
    const alias = names.signingKeyAlias(qualification.environment, model);
    const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    const handler = new HandlerFunction(this, 'Function', {
      handler: 'admission',
      description: `Admits qualification verdicts of ${model}`,
      roleName: names.role(place.environment, model, 'admission'),
      project,
      deadLetterQueue,
      timeout: Duration.minutes(2),
      environment: {
        [Env.EVIDENCE_BUCKET]: evidence,
        [AdmissionEnv.APPROVAL]: approval,
        [AdmissionEnv.SIGNING_KEY_ARN]: `arn:${Stack.of(this).partition}:kms:${qualification.region}:${qualification.account}:${alias}`,
      },
    });
    const kept = {
      bucketName: evidence,
      prefix: `${model}/qualifications/`,
      actions: ['s3:GetObject', 's3:PutObject'],
      reason: 'Admitted verdicts: their keys hold package digests. A repeated event finds what it wrote.',
    };
    const statements = [
      allowObjects(handler, kept),
      ...readEnvironmentObjects(handler, {
        owner: qualification,
        purpose: 'evidence',
        prefix: `${model}/gates/${QUALIFICATION_GATE}/`,
        reason: 'Verdicts and evidence of qualifications: their keys hold the names of runs.',
      }),
      useForeignKey(handler, qualification, alias, ['kms:Verify']),
      new iam.PolicyStatement({ actions: ['sagemaker:DescribeModelPackage', 'sagemaker:UpdateModelPackage'], resources: [registry.packagesArn] }),
      // Where people approve, the admission may reject and take notes.
      ...(approval === 'manual' ? [denyApproval('sagemaker:UpdateModelPackage', registry.packagesArn)] : []),
    ];
    statements.forEach((statement) => handler.role.addToPolicy(statement));
    acknowledgeWildcard(handler, registry.packagesArn, 'Versions of one group: the registry numbers them.');
    new events.Rule(this, 'Finished', {
      description: `Qualifications of ${model} that finished`,
      eventBus: events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment)),
      eventPattern: { source: [Events.SOURCE], detailType: [Events.QUALIFICATION_FINISHED], detail: { model: [model] } },
      targets: [
        new targets.LambdaFunction(handler.function, {
          deadLetterQueue,
          maxEventAge: Duration.hours(6),
          retryAttempts: 20,
        }),
      ],
    });
  }
}
