export { SetupError } from './errors';
export { ensureEmploymentData } from './employment-data';
export { ensurePython, type SetupOptions } from './python';
export { testModels, type ModelTestResult } from './test-models';
