import { DescribeModelPackageCommand, ListModelPackagesCommand, type ModelPackageSummary } from '@aws-sdk/client-sagemaker';
import { findVerdicts, forgetVerdicts, type FoundVerdict } from './evidence';
import type { EndpointChange, Story } from './story';
import type { TrafficReport } from './traffic';
import { ifThere } from './wait';

export interface StepResult {
  readonly number: number;
  readonly title: string;
  readonly outcome: 'ok' | 'failed';
  readonly sentence: string;
  readonly seconds: number;
}

/** `summary.json`: what happened, as read back from the environments at the end of the run. */
export interface Summary {
  readonly succeeded: boolean;
  readonly data: 'full' | 'sample';
  readonly startedAt: string;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  readonly steps: readonly StepResult[];
  readonly versions: readonly { readonly modelPackageArn: string; readonly approval: string; readonly reason: string; readonly packageDigest: string }[];
  readonly verdicts: readonly {
    readonly environment: string;
    readonly gate: string;
    readonly mode: string;
    readonly outcome: string;
    readonly subject: string;
    readonly uri: string;
    readonly sha256: string;
    readonly evidenceFaults: readonly string[];
    readonly criteria: readonly { readonly id: string; readonly outcome: string; readonly value?: number; readonly threshold: number; readonly reason: string }[];
  }[];
  readonly endpointHistory: readonly EndpointChange[];
  readonly traffic: Readonly<Record<string, { readonly requests: number; readonly served: number; readonly failed: number; readonly failures: Record<string, number>; readonly byModelPackage: Record<string, number>; readonly p50Milliseconds: number; readonly p99Milliseconds: number }>>;
  /** Resource types that the local AWS recorded and did nothing with: a local pass says nothing about them. */
  readonly acceptedWithoutBehaviour: readonly string[];
  readonly drift: readonly { readonly window: string; readonly rows: number; readonly driftedFeatureShare: number; readonly outcome: string }[];
}

const percentile = (latencies: readonly number[], share: number): number => {
  const sorted = latencies.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
};

const trafficOf = (report: TrafficReport) => ({
  requests: report.requests,
  served: report.served,
  failed: report.failed,
  failures: report.failures,
  byModelPackage: report.byModelPackage,
  p50Milliseconds: percentile(report.latencies, 0.5),
  p99Milliseconds: percentile(report.latencies, 0.99),
});

/** Registered packages, oldest first; none where the deployment has not got so far as to make the group. */
async function packagesOf(story: Story): Promise<ModelPackageSummary[]> {
  const ModelPackageGroupName = `prod-${story.project.declaration.name}`;
  const request = new ListModelPackagesCommand({ ModelPackageGroupName, SortBy: 'CreationTime', SortOrder: 'Ascending' });
  return (await ifThere(story.world.in('prod').sagemaker.send(request)))?.ModelPackageSummaryList ?? [];
}

/** Reads versions and verdicts back from the environments. */
export async function summarize(
  story: Story,
  run: { readonly steps: readonly StepResult[]; readonly startedAt: Date; readonly peakMemoryBytes: number; readonly acceptedTypes: readonly string[] },
): Promise<Summary> {
  const model = story.project.declaration.name;
  const { sagemaker } = story.world.in('prod');
  const packages = await packagesOf(story);
  const versions = await Promise.all(
    packages.map(async ({ ModelPackageArn }) => {
      const found = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }));
      return {
        modelPackageArn: ModelPackageArn ?? '',
        approval: found.ModelApprovalStatus ?? '',
        reason: found.ApprovalDescription ?? '',
        packageDigest: found.MetadataProperties?.GeneratedBy ?? '',
      };
    }),
  );
  forgetVerdicts();
  const found: FoundVerdict[] = [];
  for (const environment of Object.keys(story.world.address.accounts)) {
    found.push(...((await ifThere(findVerdicts(story.world, environment, `${model}/gates/`))) ?? []));
  }
  const faults = found.flatMap((one) => one.faults);
  return {
    succeeded: run.steps.every(({ outcome }) => outcome === 'ok') && faults.length === 0,
    data: story.full ? 'full' : 'sample',
    startedAt: run.startedAt.toISOString(),
    seconds: (Date.now() - run.startedAt.getTime()) / 1000,
    peakMemoryBytes: run.peakMemoryBytes,
    steps: run.steps,
    versions,
    verdicts: found.map(({ uri, sha256, verdict, faults: evidenceFaults }) => ({
      environment: verdict.environment,
      gate: verdict.gate,
      mode: verdict.mode,
      outcome: verdict.outcome,
      subject: verdict.subject.name,
      uri,
      sha256,
      evidenceFaults,
      criteria: verdict.criteria.map(({ id, outcome, value, threshold, reason }) => ({ id, outcome, value, threshold, reason })),
    })),
    acceptedWithoutBehaviour: run.acceptedTypes,
    endpointHistory: story.endpointHistory,
    traffic: Object.fromEntries(Object.entries(story.traffic).map(([name, report]) => [name, trafficOf(report)])),
    drift: found
      .filter(({ verdict }) => verdict.gate === 'monitor')
      .map(({ verdict }) => {
        const share = verdict.criteria.find(({ measurement }) => measurement === 'driftedFeatureShare');
        return { window: verdict.subject.name, rows: share?.sampleSize ?? 0, driftedFeatureShare: share?.value ?? 0, outcome: verdict.outcome };
      }),
  };
}
