import { ServiceError } from '../core/service';

interface Wording {
  readonly code: string;
  readonly status: number;
}

/** How services say no, where they do not say `AccessDeniedException` with status 400. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  s3: { code: 'AccessDenied', status: 403 },
  sts: { code: 'AccessDenied', status: 403 },
  iam: { code: 'AccessDenied', status: 403 },
  cloudformation: { code: 'AccessDenied', status: 403 },
  monitoring: { code: 'AccessDenied', status: 403 },
  sns: { code: 'AuthorizationError', status: 403 },
  ec2: { code: 'UnauthorizedOperation', status: 403 },
  lambda: { code: 'AccessDeniedException', status: 403 },
  scheduler: { code: 'AccessDeniedException', status: 403 },
};

/** @param service signing name of the service that was called */
export function refusal(service: string, message: string): ServiceError {
  const { code, status } = WORDINGS[service] ?? { code: 'AccessDeniedException', status: 400 };
  return new ServiceError(code, message, status);
}
