/** The statistics of the blueprint: pure functions without input or output, held to published reference values by their tests. */
export * from './bootstrap';
export * from './calibration';
export * from './classification';
export * from './contingency';
export * from './distances';
export * from './distributions';
export * from './empirical';
export * from './fairness';
export * from './kolmogorov-smirnov';
export * from './mcnemar';
export * from './means';
export * from './multiclass';
export * from './multiplicity';
export * from './proportions';
export * from './regression';
export * from './roc';
export * from './stability-index';
