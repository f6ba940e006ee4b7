/** The statistics of the blueprint: pure functions without input or output, held to published reference values by their tests. */
export * from './classification';
export * from './contingency';
export * from './distances';
export * from './distributions';
export * from './empirical';
export * from './kolmogorov-smirnov';
export * from './multiplicity';
export * from './proportions';
export * from './roc';
export * from './stability-index';
