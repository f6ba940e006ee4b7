import type { ReleasePin } from '../../../lambda/shared/process/contract';
import type { Machine } from '../../../lambda/starter/contract';
import { decidedAlready } from '../../../lambda/starter/decided';
import { type StarterEvent, translate } from '../../../lambda/starter/table';

const release = { bundleUri: 's3://assets/code.zip', commit: 'abc' } as ReleasePin;
const knowledge = { model: 'employment', release };
const start = (machine: Machine, event: StarterEvent) => translate(machine, event, knowledge);

const objectCreated = (key: string, versionId?: string): StarterEvent => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  time: '2026-01-02T03:04:05Z',
  detail: { version: '0', bucket: { name: 'data' }, object: { key, size: 0, etag: 'e', ...(versionId === undefined ? {} : { 'version-id': versionId }) } },
});

const ARN = 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-employment/7';
const DIGEST = 'a'.repeat(64);
const packageChanged = (change: Record<string, unknown> = {}): StarterEvent => ({
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Model Package State Change',
  time: '2026-01-02T03:04:05Z',
  detail: { ModelPackageArn: ARN, LastModifiedTime: 1, MetadataProperties: { GeneratedBy: DIGEST }, ...change },
});

const retraining = (change: Record<string, unknown> = {}): StarterEvent => ({
  source: 'mlops.blueprint',
  'detail-type': 'RetrainingRequested',
  time: '2026-01-02T03:04:05Z',
  detail: { model: 'employment', reason: 'drift', windows: ['w1', 'w2'], deliveryUri: 's3://data/employment/feedback/w2/', verdictUri: 's3://e/v', ...change },
});

describe('Development', () => {
  test('starts on a complete delivery, named after the delivery', () => {
    expect(start('development', objectCreated('employment/training/2015/_SUCCESS', 'v1'))).toEqual({
      name: expect.stringMatching(/^data-2015-[0-9a-f]{16}$/),
      input: { cause: 'NewData', data: { additional: [] }, release },
    });
  });

  test('a repeated event means the same execution, a new version another one', () => {
    const name = (version: string) => start('development', objectCreated('employment/training/2015/_SUCCESS', version));
    expect(name('v1')).toEqual(name('v1'));
    expect(name('v1')).not.toEqual(name('v2'));
  });

  test('starts on feedback, with the labelled windows beside the training data', () => {
    expect(start('development', retraining())).toEqual({
      name: expect.stringMatching(/^feedback-[0-9a-f]{16}$/),
      input: { cause: 'Feedback', data: { additional: ['s3://data/employment/feedback/w2/'] }, release },
    });
  });

  test('starts on feedback without labels on the training data alone', () => {
    expect(start('development', retraining({ deliveryUri: undefined }))).toMatchObject({ input: { data: { additional: [] } } });
  });

  test('starts on its schedule, named after the scheduled time', () => {
    const event: StarterEvent = { cause: 'Schedule', time: '2026-01-02T03:04:05Z' };
    expect(start('development', event)).toMatchObject({ name: expect.stringMatching(/^schedule-2026-01-02T03-04-05Z-/), input: { cause: 'Schedule' } });
    expect(start('development', event)).toEqual(start('development', event));
  });

  test('starts by hand under an id', () => {
    expect(start('development', { cause: 'Manual', id: 'try 2', additional: ['s3://data/employment/trials/x/'], alone: true })).toMatchObject({
      input: { data: { additional: ['s3://data/employment/trials/x/'], alone: true } },
    });
    expect(start('development', { cause: 'Manual', id: 'try 1', additional: ['s3://data/employment/training/x/'] })).toMatchObject({
      name: expect.stringMatching(/^manual-try-1-/),
      input: { cause: 'Manual', data: { additional: ['s3://data/employment/training/x/'] } },
    });
  });

  test.each([
    ['a file of a delivery', objectCreated('employment/training/2015/part-0.parquet'), 'does not complete a delivery'],
    ['a marker at a wrong depth', objectCreated('employment/training/a/b/_SUCCESS'), 'does not complete a delivery'],
    ['a marker without a delivery', objectCreated('employment/training/_SUCCESS'), 'does not complete a delivery'],
    ['a delivery of another model', objectCreated('churn/training/2015/_SUCCESS'), 'expected employment/training/<delivery>/_SUCCESS'],
    ['feedback of another model', retraining({ model: 'churn' }), 'for model "churn", and this is employment'],
    ['a manual start without an id', { cause: 'Manual', id: '' }, 'needs an "id"'],
    ['a model package', packageChanged(), 'development does not start on ModelPackage'],
    ['an unknown event', { source: 'x', 'detail-type': 'y', time: '', detail: {} }, 'does not start on an unknown event (x "y")'],
    ['no event at all', {} as StarterEvent, 'does not start on an unknown event'],
  ] satisfies [string, StarterEvent, string][])('refuses %s', (_name, event, reason) => {
    expect(start('development', event)).toEqual({ refused: expect.stringContaining(reason) });
  });

  test('refuses without a release', () => {
    expect(translate('development', { cause: 'Schedule', time: 't' }, { model: 'employment' })).toEqual({ refused: expect.stringContaining('no release') });
  });
});

describe.each(['qualification', 'promotion'] as const)('%s', (machine) => {
  test('starts on a version of the group', () => {
    expect(start(machine, packageChanged())).toEqual({
      name: expect.stringMatching(/^package-v7-[0-9a-f]{16}$/),
      input: { modelPackageArn: ARN, packageDigest: DIGEST },
    });
  });

  test('a later change of the same version is another execution', () => {
    expect(start(machine, packageChanged())).not.toEqual(start(machine, packageChanged({ LastModifiedTime: 2 })));
  });

  test.each([
    ['no version', { ModelPackageArn: 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/alone' }, 'names no version'],
    ['no ARN', { ModelPackageArn: undefined }, 'names no version'],
    ['no digest', { MetadataProperties: {} }, 'was not registered by this process'],
    ['no metadata', { MetadataProperties: undefined }, 'was not registered by this process'],
    ['something else as digest', { MetadataProperties: { GeneratedBy: 'arn:pipeline' } }, 'got "arn:pipeline"'],
  ])('refuses a package with %s', (_name, change, reason) => {
    expect(start(machine, packageChanged(change))).toEqual({ refused: expect.stringContaining(reason) });
  });
});

describe('Monitor', () => {
  test('starts on its schedule', () => {
    expect(start('monitor', { cause: 'Schedule', time: '2026-01-02T03:04:05Z' })).toMatchObject({ input: { cause: 'Schedule', time: '2026-01-02T03:04:05Z' } });
  });

  test('starts on labels that arrived', () => {
    expect(start('monitor', objectCreated('employment/labels/2016/_SUCCESS', 'v'))).toEqual({
      name: expect.stringMatching(/^labels-2016-/),
      input: { cause: 'Labels', time: '2026-01-02T03:04:05Z', deliveryUri: 's3://data/employment/labels/2016/' },
    });
  });
});

test('names keep within what Step Functions allows, whatever the delivery is called', () => {
  const long = start('development', objectCreated(`employment/training/${'Straße 1:2 '.repeat(12)}/_SUCCESS`, 'v'));
  expect(long).toMatchObject({ name: expect.stringMatching(/^[A-Za-z0-9_-]{1,80}$/) });
});

describe('Nothing is left to do', () => {
  const input = { modelPackageArn: ARN, packageDigest: DIGEST };
  const now = (change: object = {}) => ({ ModelApprovalStatus: 'PendingManualApproval' as const, MetadataProperties: { GeneratedBy: DIGEST }, ...change });

  test.each(['passed', 'failed', 'broken'])('for a package whose qualification %s', (verdict) => {
    expect(decidedAlready('qualification', input, now({ CustomerMetadataProperties: { qualification: verdict } }))).toContain(verdict);
  });

  test('for a package whose status has changed since the event', () => {
    expect(decidedAlready('promotion', input, now({ ModelApprovalStatus: 'Rejected' }))).toContain('is Rejected by now');
  });

  test('for a package with another digest', () => {
    expect(decidedAlready('qualification', input, now({ MetadataProperties: { GeneratedBy: 'b' } }))).toContain('has the digest b');
  });

  test('but there is for a new package, and for an approved one: the promotion knows by itself what it has done', () => {
    expect(decidedAlready('qualification', input, now())).toBeUndefined();
    expect(decidedAlready('promotion', input, now({ ModelApprovalStatus: 'Approved' }))).toBeUndefined();
  });

  test('but there may be for a package that this account can not read', () => {
    expect(decidedAlready('qualification', input, undefined)).toBeUndefined();
  });
});
