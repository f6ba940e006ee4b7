import { exceptionOfCall, exceptionOfJob, nextDelay } from '../../../local/sagemaker/pipelines/retry';

test.each([
  [{ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }, 'Step.THROTTLING'],
  [{ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }, 'Step.SERVICE_FAULT'],
  [{ name: 'UnsupportedOperation', $metadata: { httpStatusCode: 501 } }, undefined],
  [{ name: 'ResourceLimitExceeded', $metadata: { httpStatusCode: 400 } }, 'SageMaker.RESOURCE_LIMIT'],
  [{ name: 'ValidationException', $metadata: { httpStatusCode: 400 } }, undefined],
])('%j is the exception %s', (error, exception) => {
  expect(exceptionOfCall(error)).toBe(exception);
});

test('a job of which the machine failed is told from one of which the script failed', () => {
  expect(exceptionOfJob('InternalServerError: try again')).toBe('SageMaker.JOB_INTERNAL_ERROR');
  expect(exceptionOfJob('CapacityError: no instance')).toBe('SageMaker.CAPACITY_ERROR');
  expect(exceptionOfJob('AlgorithmError: bad data')).toBeUndefined();
});

describe('the delay before the next attempt', () => {
  const policy = { ExceptionType: ['Step.THROTTLING'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3 };

  test('grows with each attempt until they are spent', () => {
    expect([1, 2, 3].map((attempts) => nextDelay([policy], 'Step.THROTTLING', attempts, 0))).toEqual([10, 20, undefined]);
  });

  test('ends after a time when the policy says so', () => {
    const timed = { ExceptionType: ['Step.THROTTLING'], ExpireAfterMin: 1 };
    expect(nextDelay([timed], 'Step.THROTTLING', 9, 59)).toBe(256);
    expect(nextDelay([timed], 'Step.THROTTLING', 9, 60)).toBeUndefined();
  });

  test('does not exist for what no policy names', () => {
    expect(nextDelay([policy], 'Step.SERVICE_FAULT', 1, 0)).toBeUndefined();
    expect(nextDelay([policy], undefined, 1, 0)).toBeUndefined();
  });
});
