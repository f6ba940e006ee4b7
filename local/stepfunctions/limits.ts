import { StateError, STATES } from './errors';

/** Bytes of an input, output or result (Step Functions quota for state machine executions). */
export const PAYLOAD_LIMIT = 262_144;
/** Events of one execution (Step Functions quota for standard workflows). */
export const HISTORY_LIMIT = 25_000;
/** Default of TimeoutSeconds in the States Language. */
export const DEFAULT_TIMEOUT_SECONDS = 99_999_999;
/** Iterations of an inline Map at one time. */
export const INLINE_MAP_CONCURRENCY = 40;

/** Children of a Distributed Map at one time; AWS runs up to 10,000. */
export const DISTRIBUTED_MAP_CONCURRENCY = 40;

/** @throws StateError `States.DataLimitExceeded` when the JSON text is larger than AWS passes between states. */
export function checkPayload(json: string, what: string): string {
  const bytes = json.length * 3 < PAYLOAD_LIMIT ? 0 : Buffer.byteLength(json);
  if (bytes > PAYLOAD_LIMIT) {
    throw new StateError(
      STATES.DATA_LIMIT,
      `${what} has ${bytes} bytes, which exceeds the maximum number of bytes service limit of ${PAYLOAD_LIMIT}; pass an S3 URI instead`,
      'interpreter',
    );
  }
  return json;
}
