import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledgeRule } from '../policies/acknowledge';

/** Queue of events that could not be delivered: encrypted, over TLS only, kept as long as SQS keeps anything. */
export class DeadLetterQueue extends sqs.Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) });
    const reason = 'This is a dead-letter queue itself, of event rules, schedules and functions.';
    acknowledgeRule(this, 'SQS3', ['AwsSolutions'], reason);
    acknowledgeRule(this, 'SQSRedrivePolicy', ['Serverless'], reason);
  }
}
