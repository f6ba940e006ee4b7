import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Properties of {@link MonthlyBudget}. */
export interface MonthlyBudgetProps {
  readonly budgetName: string;
  /** US dollars a month, of the whole account. */
  readonly limit: number;
  /** Told at 80 % of the limit spent and when the forecast passes it. */
  readonly topic: ITopic;
}

/** Tells people before an account costs more than was agreed; stops nothing. */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { budgetName, limit, topic }: MonthlyBudgetProps) {
    super(scope, id);
    const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number): CfnBudget.NotificationWithSubscribersProperty => ({
      notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
      subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
    });
    const budget = new CfnBudget(this, 'Resource', {
      budget: { budgetName, budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: limit, unit: 'USD' } },
      notificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
    });
    // The budget is refused while it may not publish.
    budget.node.addDependency(topic);
  }
}
