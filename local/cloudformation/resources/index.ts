import { athena } from './athena';
import { cloudwatch } from './cloudwatch';
import { ec2 } from './ec2';
import { events } from './events';
import { governance } from './governance';
import type { HandlerTable } from './handler';
import { iam } from './iam';
import { inert } from './inert';
import { kms } from './kms';
import { lambda } from './lambda';
import { logs } from './logs';
import { messaging } from './messaging';
import { s3 } from './s3';
import { sagemaker } from './sagemaker';
import { scheduler } from './scheduler';
import { stepfunctions } from './stepfunctions';
import { storage } from './storage';

/** Every resource type that the local AWS makes. */
export const HANDLERS: HandlerTable = {
  ...athena, ...cloudwatch, ...ec2, ...events, ...governance, ...iam, ...inert, ...kms, ...lambda, ...logs, ...messaging, ...s3, ...sagemaker, ...scheduler,
  ...stepfunctions, ...storage,
};
