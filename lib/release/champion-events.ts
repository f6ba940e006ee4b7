import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { Events } from '../../lambda/shared/process/contract';
import { names, type Place } from '../config/names';
import { EventForwarder } from '../core/event-forwarder';
import { processPattern } from '../core/process-events';

/** Properties of {@link ChampionEvents}. */
export interface ChampionEventsProps {
  /** Where champions are promoted. */
  readonly place: Place;
  readonly model: string;
  /** Where the model is developed, in other accounts. */
  readonly receivers: readonly Place[];
  /** Where it is registered. */
  readonly registry: Place;
}

/** Tells other accounts which model serves: candidates are compared with it where they are trained, and only the serving account's promotion knows. */
export class ChampionEvents extends EventForwarder {
  constructor(scope: Construct, id: string, { place, model, receivers, registry }: ChampionEventsProps) {
    super(scope, id, { place, roleName: names.role(place.environment, model, 'champion-events'), description: `Tells other accounts of the champion of ${model}` });
    const bus = events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment));
    for (const receiver of receivers) {
      this.forward(`To${receiver.environment}`, `Champions of ${model}, for ${receiver.environment}`, championPattern(model, place), receiver, bus);
    }
    if (registry.account !== place.account) {
      this.forward('RolledBack', `Versions of ${model} whose shift was rolled back, for ${registry.environment}`, processPattern(Events.PROMOTION_ROLLED_BACK, model, place), registry, bus);
    }
  }
}

/** Pattern of the promotion's events about champions of a model. */
export const championPattern = (model: string, promotion: Place): events.EventPattern => processPattern(Events.CHAMPION_CHANGED, model, promotion);
