import { CopyObjectCommand, DeleteObjectsCommand, ListObjectsV2Command, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand, DeleteModelPackageCommand, DescribeModelPackageCommand, ListModelPackagesCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { empty, rehearse } from '../../bin/rehearsal';

const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);
const sagemaker = mockClient(SageMakerClient);
const clients = { s3: new S3Client({}), sfn: new SFNClient({}), sagemaker: new SageMakerClient({}) };
const place = { environment: 'int-pr-57', account: '222222222222', region: 'eu-central-1' };
const rehearsal = { source: { ...place, environment: 'int' }, place, model: 'people', log: () => undefined, pollMilliseconds: 1, looks: 3 };
const PACKAGE = 'arn:aws:sagemaker:eu-central-1:222222222222:model-package/int-pr-57-people/1';
const execution = (status: string) => ({ executions: [{ name: 'data-1', executionArn: 'arn:x', stateMachineArn: 'arn:m', status: status as 'RUNNING', startDate: new Date(0) }] });
const delivered = (...names: string[]) => ({ Contents: names.map((name) => ({ Key: `people/training/${name}` })) });

beforeEach(() => {
  [s3, sfn, sagemaker].forEach((client) => client.reset());
  s3.on(ListObjectsV2Command).resolves(delivered('2015/part-0', '2015/_SUCCESS', '2016/part-0', '2016/part-1', '2016/_SUCCESS', '2017/part-0'));
  s3.on(CopyObjectCommand).resolves({});
  sfn.on(ListExecutionsCommand).resolvesOnce({ executions: [] }).resolvesOnce(execution('RUNNING')).resolves(execution('SUCCEEDED'));
  sagemaker.on(ListModelPackagesCommand).resolves({ ModelPackageSummaryList: [{ ModelPackageArn: PACKAGE, CreationTime: new Date(0), ModelPackageStatus: 'Completed' }] });
  sagemaker.on(DescribeModelPackageCommand).resolvesOnce({ ModelApprovalStatus: 'PendingManualApproval' }).resolves({ ModelApprovalStatus: 'Approved' });
});

describe('a rehearsal', () => {
  test('hands the newest complete delivery over, its marker last, and passes when the verdict was admitted', async () => {
    await rehearse(clients, rehearsal);
    expect(s3.commandCalls(CopyObjectCommand).map(({ args }) => args[0].input.Key)).toEqual(['people/training/2016/part-0', 'people/training/2016/part-1', 'people/training/2016/_SUCCESS']);
    expect(s3.commandCalls(CopyObjectCommand)[0].args[0].input).toMatchObject({
      Bucket: 'mlops-int-pr-57-data-222222222222-eu-central-1',
      CopySource: 'mlops-int-data-222222222222-eu-central-1/people/training/2016/part-0',
    });
  });

  test('fails with the cause when development fails', async () => {
    sfn.on(ListExecutionsCommand).resolves(execution('FAILED'));
    sfn.on(DescribeExecutionCommand).resolves({ error: 'GateFailed', cause: 'the data gate says no' });
    await expect(rehearse(clients, rehearsal)).rejects.toThrow('development of people ended FAILED: GateFailed: the data gate says no');
  });

  test('fails with the reason when the qualification says no', async () => {
    sagemaker.on(DescribeModelPackageCommand).resolves({ ModelApprovalStatus: 'Rejected', ApprovalDescription: 'Qualification failed. Too slow.' });
    await expect(rehearse(clients, rehearsal)).rejects.toThrow('the qualification of people said no: Qualification failed. Too slow.');
  });

  test('fails when nothing is known in time: silence is no pass', async () => {
    sagemaker.on(DescribeModelPackageCommand).resolves({ ModelApprovalStatus: 'PendingManualApproval' });
    await expect(rehearse(clients, rehearsal)).rejects.toThrow('no verdict of the qualification of people within');
    sfn.on(ListExecutionsCommand).resolves({ executions: [] });
    await expect(rehearse(clients, rehearsal)).rejects.toThrow('no end of development of people within');
  });

  test('fails without data, saying where to put some', async () => {
    s3.on(ListObjectsV2Command).resolves(delivered('2017/part-0'));
    await expect(rehearse(clients, rehearsal)).rejects.toThrow('there is no complete delivery under s3://mlops-int-data-222222222222-eu-central-1/people/training/');
  });
});

describe('emptying', () => {
  const gone = (name: string, message: string) => Object.assign(new Error(message), { name });

  test('deletes every version and marker, versions of models and a forgotten endpoint', async () => {
    sagemaker.on(DeleteEndpointCommand).resolves({});
    sagemaker.on(DeleteModelPackageCommand).resolves({});
    s3.on(ListObjectVersionsCommand).resolves({});
    s3.on(ListObjectVersionsCommand, { Bucket: 'mlops-int-pr-57-data-222222222222-eu-central-1' })
      .resolvesOnce({ Versions: [{ Key: 'a', VersionId: '1' }], DeleteMarkers: [{ Key: 'a', VersionId: '2' }] })
      .resolves({});
    s3.on(DeleteObjectsCommand).resolves({});
    await empty(clients, place, ['people']);
    expect(s3.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input.Delete?.Objects)).toEqual([[{ Key: 'a', VersionId: '1' }, { Key: 'a', VersionId: '2' }]]);
    expect(sagemaker.commandCalls(DeleteModelPackageCommand).map(({ args }) => args[0].input.ModelPackageName)).toEqual([PACKAGE]);
    expect(sagemaker.commandCalls(DeleteEndpointCommand)).toHaveLength(1);
  });

  test('finds nothing to do where the rehearsal failed before it was there', async () => {
    sagemaker.on(DeleteEndpointCommand).rejects(gone('ValidationException', 'Could not find endpoint "int-pr-57-people".'));
    sagemaker.on(ListModelPackagesCommand).rejects(gone('ValidationException', 'ModelPackageGroup int-pr-57-people does not exist.'));
    s3.on(ListObjectVersionsCommand).rejects(gone('NoSuchBucket', 'The specified bucket does not exist'));
    await expect(empty(clients, place, ['people'])).resolves.toBeUndefined();
  });

  test('does not hide that something could not be deleted', async () => {
    sagemaker.on(DeleteEndpointCommand).resolves({});
    sagemaker.on(DeleteModelPackageCommand).resolves({});
    s3.on(ListObjectVersionsCommand).resolves({ Versions: [{ Key: 'a', VersionId: '1' }] });
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Message: 'Access Denied' }] });
    await expect(empty(clients, place, ['people'])).rejects.toThrow('s3://mlops-int-pr-57-data-222222222222-eu-central-1/a was not deleted: Access Denied');
  });
});
