import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Approval } from './contract';

/** What CloudTrail keeps of a call, as far as the audit reads it. */
interface TrailEvent {
  readonly eventTime: string;
  readonly userIdentity?: { readonly arn?: string };
  readonly errorCode?: string;
  readonly requestParameters?: { readonly modelPackageArn?: string; readonly modelApprovalStatus?: string };
}

/** Changes of a version's approval from CloudTrail's event history, which reaches back 90 days. */
export async function approvalsOfTrail(modelPackageArn: string, client: Pick<CloudTrailClient, 'send'> = new CloudTrailClient({})): Promise<Approval[]> {
  const approvals: Approval[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'UpdateModelPackage' }], NextToken: token }));
    for (const { CloudTrailEvent = '{}' } of page.Events ?? []) {
      const { eventTime, userIdentity, errorCode, requestParameters } = JSON.parse(CloudTrailEvent) as TrailEvent;
      if (errorCode === undefined && requestParameters?.modelPackageArn === modelPackageArn && requestParameters.modelApprovalStatus !== undefined) {
        approvals.push({ time: eventTime, status: requestParameters.modelApprovalStatus, who: userIdentity?.arn ?? 'unknown' });
      }
    }
    token = page.NextToken;
  } while (token !== undefined);
  return approvals.toSorted((a, b) => a.time.localeCompare(b.time));
}

/** The same from the log of a local AWS: lines such as `<time> sagemaker model-package/prod-employment/1: Approved by <arn>`. */
export function approvalsOfLog(folder: string, modelPackageArn: string): Approval[] {
  const files = ['local.log.1', 'local.log'].map((name) => join(folder, name)).filter(existsSync);
  const line = new RegExp(`^(\\S+) .*\\b${modelPackageArn.split(':').at(-1)}: (\\w+) by (\\S+)$`);
  return files
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .flatMap((text) => {
      const [, time, status, who] = line.exec(text) ?? [];
      return time === undefined || status === undefined || who === undefined ? [] : [{ time, status, who }];
    });
}
