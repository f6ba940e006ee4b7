import { developmentPlace, type EnvironmentConfig, type PromotionChain, servingPlace } from './environment';
import type { BucketPurpose, Place } from './names';

/** Objects of one bucket that one other account of the chain may use. */
export interface SharedObjects {
  readonly bucket: BucketPurpose;
  readonly owner: Place;
  readonly user: Place;
  /** Patterns of keys. */
  readonly keys: readonly string[];
  readonly actions: readonly string[];
  /** Patterns of keys that the user may not use, whatever else is allowed. @default - none */
  readonly closed?: readonly string[];
}

/** A bus that one other account of the chain may put events on. */
export interface SharedBus {
  readonly owner: Place;
  readonly sender: Place;
}

const READ = ['s3:GetObject'];

/**
 * What one account of the chain may use in another: all that crosses accounts, in one table. A test gate in a lower environment reads what it
 * tests and never writes upwards; evidence is fetched by the higher environment.
 */
export function sharedObjects({ environments, production, qualification }: PromotionChain): SharedObjects[] {
  const readers = environments.filter(({ development }) => development.readsProductionData === true);
  return [
    ...readers.map((reader) => ({
      ...share('data', developmentPlace(production), developmentPlace(reader), ['*']),
      closed: (reader.development.closedDataSets ?? []).map((model) => `${model}/*`),
    })),
    ...[qualification, production].flatMap((environment) => [
      // A model is loaded from where it was trained; its golden records are the contract that it is tested by.
      share('artifacts', developmentPlace(production), servingPlace(environment), ['*/runs/*/output/model.tar.gz', '*/runs/*/evaluation/*', '*/runs/*/profile/*']),
      share('evidence', developmentPlace(production), servingPlace(environment), ['*/manifests/*', '*/qualifications/*']),
    ]),
    // Candidates are compared with the champion where they are rehearsed too.
    share('artifacts', developmentPlace(production), developmentPlace(qualification), ['*/runs/*/output/model.tar.gz']),
    share('evidence', servingPlace(qualification), developmentPlace(production), ['*/gates/qualification/*']),
    // Monitoring joins labels to predictions and hands labelled windows back to development.
    share('data', developmentPlace(production), servingPlace(production), ['*/labels/*']),
    share('data', developmentPlace(production), servingPlace(production), ['*/feedback/*'], ['s3:GetObject', 's3:PutObject']),
  ].filter(({ owner, user }) => owner.account !== user.account);
}

/**
 * Where the champion must be known besides the account that promotes it: where candidates are trained for production, and where a pull request
 * rehearses that.
 */
export const championReceivers = ({ production, qualification }: PromotionChain): Place[] =>
  [developmentPlace(production), developmentPlace(qualification)].filter(
    ({ account }, index, all) => account !== servingPlace(production).account && all.findIndex((other) => other.account === account) === index,
  );

/** Buses that hear of other accounts: registered models go down to be qualified, verdicts, champions and requests come back. */
export function sharedBuses({ production, qualification }: PromotionChain): SharedBus[] {
  const development = developmentPlace(production);
  return [
    { owner: servingPlace(qualification), sender: development },
    { owner: development, sender: servingPlace(qualification) },
    { owner: development, sender: servingPlace(production) },
    { owner: servingPlace(production), sender: development },
    { owner: developmentPlace(qualification), sender: servingPlace(production) },
  ].filter(({ owner, sender }, index, all) => owner.account !== sender.account && all.findIndex((other) => samePair(other, { owner, sender })) === index);
}

const share = (bucket: BucketPurpose, owner: Place, user: Place, keys: string[], actions = READ): SharedObjects => ({ bucket, owner, user, keys, actions });

export const samePlace = (left: Place, right: Place): boolean => left.environment === right.environment && left.account === right.account;

const samePair = (left: SharedBus, right: SharedBus): boolean => samePlace(left.owner, right.owner) && left.sender.account === right.sender.account;

/** The accounts of an environment: one, or two where serving has its own. */
export const placesOf = (environment: EnvironmentConfig): Place[] => {
  const development = developmentPlace(environment);
  const serving = servingPlace(environment);
  return samePlace(development, serving) ? [development] : [development, serving];
};
