/** What a construct gives every handler: environment variables and the file beside its code. */

/** Environment variables of the handlers. A handler reads only those that its construct sets. */
export const Env = {
  /** `dev`, `int`, `prod` ... : a label for records; no code branches on it. */
  ENVIRONMENT: 'MLOPS_ENVIRONMENT',
  DATA_BUCKET: 'MLOPS_DATA_BUCKET',
  ARTIFACTS_BUCKET: 'MLOPS_ARTIFACTS_BUCKET',
  EVIDENCE_BUCKET: 'MLOPS_EVIDENCE_BUCKET',
  INFERENCE_LOG_BUCKET: 'MLOPS_INFERENCE_LOG_BUCKET',
  EVENT_BUS_NAME: 'MLOPS_EVENT_BUS_NAME',
  ENDPOINT_NAME: 'MLOPS_ENDPOINT_NAME',
  /** DynamoDB table with endpoint locks and monitoring history: key `pk` (string), optional `ttl` (epoch seconds). */
  STATE_TABLE: 'MLOPS_STATE_TABLE',
} as const;

/** File beside every bundled handler that belongs to a model: the resolved model project (`ModelProjectData`). */
export const PROJECT_FILE = 'project.json';
