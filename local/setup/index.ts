export { SetupError } from './errors';
export { ensureExampleData, type Example, EXAMPLE_DATA } from './example-data';
export { ensurePython, type SetupOptions } from './python';
export { testModels, type ModelTestResult } from './test-models';
