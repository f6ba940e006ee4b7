import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { EventForwarder } from '../core/event-forwarder';

/** Properties of {@link LabelEvents}. */
export interface LabelEventsProps {
  /** Where labels are delivered. */
  readonly place: Place;
  readonly model: string;
  /** Where predictions are monitored: another account. */
  readonly monitoring: Place;
}

/** Tells the account that serves of labels that arrived: S3 reports on the default bus of the bucket's account only. */
export class LabelEvents extends EventForwarder {
  constructor(scope: Construct, id: string, { place, model, monitoring }: LabelEventsProps) {
    super(scope, id, { place, roleName: names.role(place.environment, model, 'label-events'), description: `Tells the monitoring of labels of ${model}` });
    this.forward('Labels', `Deliveries of labels of ${model}, for the monitoring`, labelPattern(model, place), monitoring);
  }
}

/** Pattern of S3's events about complete deliveries of a model's labels. */
export const labelPattern = (model: string, development: Place): events.EventPattern => ({
  source: ['aws.s3'],
  account: [development.account],
  detailType: ['Object Created'],
  detail: {
    bucket: { name: [names.bucket(development, 'data')] },
    object: { key: [{ wildcard: `${Layout.labelsPrefix(model)}*/${Layout.DELIVERY_MARKER}` }] },
  },
});
