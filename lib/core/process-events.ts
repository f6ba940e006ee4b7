import type * as events from 'aws-cdk-lib/aws-events';
import { Events } from '../../lambda/shared/process/contract';
import type { Place } from '../config/names';

/** Pattern of events of the process about a model. The account is that of the sender, wherever the event arrives. */
export const processPattern = (detailType: string, model: string, { account }: Place): events.EventPattern => ({
  source: [Events.SOURCE],
  account: [account],
  detailType: [detailType],
  detail: { model: [model] },
});
