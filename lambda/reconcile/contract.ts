/** Metric of {@link metricNamespace}: 1 if what serves is the recorded champion, else 0. */
export const CHAMPION_SERVES = 'ChampionServes';

/** Namespace of a model's own metrics. Dimension: `Environment`. */
export const metricNamespace = (model: string): string => `MLOps/${model}`;

/** Name of the only dimension of a model's own metrics. */
export const ENVIRONMENT_DIMENSION = 'Environment';
