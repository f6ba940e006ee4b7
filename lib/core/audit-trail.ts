import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Properties of {@link AuditTrail}. */
export interface AuditTrailProps {
  readonly trailName: string;
  /** Where the trail is written to. */
  readonly bucket: IBucket;
  /** Buckets whose every read and write of an object is recorded. */
  readonly observed: readonly IBucket[];
}

/** Who did what: management events of the account and object events of the buckets whose use must be answered for, with hashes against changes. */
export class AuditTrail extends Construct {
  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    const trail = new cloudtrail.Trail(this, 'Resource', {
      trailName: props.trailName,
      bucket: props.bucket,
      s3KeyPrefix: 'trail',
      enableFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
    });
    trail.addS3EventSelector(props.observed.map((bucket) => ({ bucket })));
  }
}
