import { lambda, states } from './compute';
import { athena, dynamodb, firehose, glue, kms, ssm } from './data';
import { applicationAutoscaling, budgets, cloudformation, ec2, ecr, iam } from './deployment';
import { events, scheduler } from './events';
import { sns, sqs } from './messaging';
import type { ApiCall, Needed, ServiceActions } from './need';
import { cloudtrail, logs, monitoring } from './observability';
import { sagemaker } from './sagemaker';
import { sts } from './sts';

/** Services by the name with which calls are signed. S3 is told by method and path instead, see `s3.ts`. */
export const SERVICES: Readonly<Record<string, ServiceActions>> = {
  'application-autoscaling': applicationAutoscaling,
  athena,
  budgets,
  cloudformation,
  cloudtrail,
  dynamodb,
  ec2,
  ecr,
  events,
  firehose,
  glue,
  iam,
  kms,
  lambda,
  logs,
  monitoring,
  sagemaker,
  scheduler,
  sns,
  sqs,
  ssm,
  states,
  sts,
};

/**
 * Actions and resources that a call needs.
 *
 * @param service signing name
 * @returns undefined when the operation is in no table; an empty list when it needs no permission
 */
export function needsOf(service: string, call: ApiCall): readonly Needed[] | undefined {
  const actions = SERVICES[service];
  const needs = actions?.operations[call.operation];
  if (actions === undefined || needs === undefined) {
    return undefined;
  }
  const all = needs.flatMap((need) => need(call, actions.prefix));
  // Needs that all hang on members which are not there would let a call pass that names nothing.
  return needs.length > 0 && all.length === 0 ? undefined : all;
}
