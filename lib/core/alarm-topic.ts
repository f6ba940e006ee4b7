import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { DeadLetterQueue } from './functions/dead-letter-queue';

/** Properties of {@link AlarmTopic}. */
export interface AlarmTopicProps {
  readonly topicName: string;
  /** Must admit CloudWatch and Budgets. */
  readonly encryptionKey: IKey;
  /** Account whose alarms and budget may publish. */
  readonly account: string;
  /** E-mail addresses; each must confirm. @default - none */
  readonly emails?: readonly string[];
}

/** Topic through which alarms and the budget reach people: encrypted, over TLS only, for the services of one account. */
export class AlarmTopic extends sns.Topic {
  constructor(scope: Construct, id: string, { topicName, encryptionKey, account, emails = [] }: AlarmTopicProps) {
    super(scope, id, { topicName, masterKey: encryptionKey, enforceSSL: true });
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsAndBudget',
        principals: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map((service) => new iam.ServicePrincipal(service)),
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    if (emails.length > 0) {
      const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
      emails.forEach((email) => this.addSubscription(new subscriptions.EmailSubscription(email, { deadLetterQueue })));
    }
  }
}
