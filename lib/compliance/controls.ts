/** Which construct answers which demand of the EU AI Act and of the Well-Architected Machine Learning Lens. */
export interface Control {
  readonly source: 'EU AI Act' | 'ML Lens';
  /** Article, or id of the practice. */
  readonly id: string;
  /** What it asks for, in our words. */
  readonly asks: string;
  /** What is done about it. */
  readonly answer: string;
  /** Class that does it. */
  readonly construct: string;
  /** Its file, from the root of the repository. */
  readonly file: string;
  /** Its path below a stage, the model's name left out: `Foundation/Evidence`, `Serving/InferenceLog`. */
  readonly path: string;
}

const control = (source: Control['source'], id: string, asks: string, answer: string, construct: string, file: string, path: string): Control => ({
  source,
  id,
  asks,
  answer,
  construct,
  file,
  path,
});

const act = control.bind(undefined, 'EU AI Act');
const lens = control.bind(undefined, 'ML Lens');

export const CONTROLS: readonly Control[] = [
  act('Art. 12(1)', 'Events are recorded automatically over the lifetime of the system', 'Every prediction becomes a record; one that cannot be logged is an error for its caller', 'InferenceLog', 'lib/serving/inference-log.ts', 'Serving/InferenceLog'),
  act('Art. 12(2)', 'Records suffice to find risks and substantial modification', 'Every gate writes evidence and a verdict, addressed by digest; each release is recorded with the digest of its manifest', 'TestGate', 'lib/gates/test-gate.ts', 'Serving/Gate'),
  act('Art. 12(2)', 'Records feed the monitoring after the system is on the market', 'Windows of the inference log are judged on a schedule and when labels arrive', 'ModelMonitor', 'lib/monitoring/model-monitor.ts', 'Monitoring/Monitor'),
  act('Art. 14', 'People can oversee the system', 'A version is served when a person approved its package; going back is the approval of an earlier one', 'Promotion', 'lib/release/promotion.ts', 'Serving/Promotion'),
  act('Art. 14', 'People can stop the system at once', 'The break-glass role takes a model or its application out of service; its use tells people', 'BreakGlassAlarm', 'lib/access/break-glass-alarm.ts', 'Foundation/BreakGlass'),
  act('Art. 18', 'Technical documentation is kept for ten years', 'Manifests and model cards lie in the evidence bucket, versioned and without expiry', 'FoundationStack', 'lib/stacks/foundation-stack.ts', 'Foundation/Evidence'),
  act('Art. 19(1)', 'Providers keep the logs for at least six months', 'The inference log keeps predictions for 184 days unless told to keep them longer', 'FoundationStack', 'lib/stacks/foundation-stack.ts', 'Foundation/InferenceLog'),
  act('Art. 26(6)', 'Deployers keep the logs for at least six months', 'Log groups of functions and machines keep a year; the rule Mlops-LogRetention refuses less than 184 days for a model rated High', 'LogRetention', 'lib/compliance/rules/log-retention.ts', 'Serving/Application'),
  act('Art. 11', 'Technical documentation exists before the system is used', 'No package is registered without manifest and model card, made from the run itself', 'DevelopmentHandlers', 'lib/training/development-handlers.ts', 'Development/Handlers/Register'),
  lens('MLOPS02-BP04', 'Lineage is tracked', 'A manifest binds code, data, parameters, environment and model by digests', 'DevelopmentHandlers', 'lib/training/development-handlers.ts', 'Development/Handlers/Register'),
  lens('MLOPS03-BP01', 'Data is profiled', 'The data gate profiles every snapshot before anything is trained on it', 'DevelopmentHandlers', 'lib/training/development-handlers.ts', 'Development/Handlers/DataCheck'),
  lens('MLOPS03-BP02', 'Versions are tracked and controlled', 'Every version is registered in one group, with its approval and metadata', 'ModelRegistry', 'lib/registry/model-registry.ts', 'Development/Registry'),
  lens('MLOPS04-BP01', 'Training and release are automated', 'Data, schedule and feedback start the whole chain from snapshot to registration', 'ModelDevelopment', 'lib/training/model-development.ts', 'Development/Development'),
  lens('MLOPS05-BP01', 'The deployment environment has metrics', 'Errors and latency of the endpoint have alarms that tell people', 'ModelEndpoint', 'lib/serving/model-endpoint.ts', 'Serving/Endpoint'),
  lens('MLOPS06-BP01', 'Environments are synchronized', 'What serves is compared with the recorded champion every hour', 'Reconcile', 'lib/release/reconcile.ts', 'Serving/Reconcile'),
  lens('MLOPS06-BP02', 'Models can be observed', 'One dashboard per model, from the metrics of the monitor', 'ModelDashboard', 'lib/monitoring/model-dashboard.ts', 'Monitoring/Dashboard'),
  lens('MLREL01-BP01', 'An interface hides changes of the model', 'Callers reach an application that validates requests and words answers; the model behind it changes', 'PredictionService', 'lib/serving/prediction-service.ts', 'Serving/Application'),
  lens('MLREL02-BP03', 'Changes of data are managed automatically', 'Deliveries are pinned in snapshots named by the digest of their content', 'DevelopmentHandlers', 'lib/training/development-handlers.ts', 'Development/Handlers/Snapshot'),
  lens('MLREL03-BP01', 'Integration, delivery and training are traceable', 'Each run is pinned to bundle, pipeline definition, policy and image', 'DevelopmentTriggers', 'lib/training/development-triggers.ts', 'Development/Triggers'),
  lens('MLREL03-BP03', 'Models are validated with relevant data', 'The model gate compares candidate, baseline and champion on data that none was trained on', 'DevelopmentHandlers', 'lib/training/development-handlers.ts', 'Development/Handlers/ModelCheck'),
  lens('MLREL04-BP01', 'Endpoints change through a pipeline', 'Only the promotion machine updates the endpoint, under a lock', 'Promotion', 'lib/release/promotion.ts', 'Serving/Promotion'),
  lens('MLREL04-BP02', 'Deployment and testing have a strategy', 'Blue/green or canary, alarms on the new fleet that roll back, a test of the application afterwards', 'RolloutAlarms', 'lib/release/rollout-alarms.ts', 'Serving/Promotion'),
  lens('MLREL05-BP02', 'Endpoints can be recovered', 'Any registered version is brought back by approving it again', 'Promotion', 'lib/release/promotion.ts', 'Serving/Promotion'),
  lens('MLSEC03-BP01', 'Access has least privilege', 'Roles are generated from one table, and a test tries every cell of it', 'AccessRoles', 'lib/access/access-roles.ts', 'Access/Roles'),
  lens('MLSEC03-BP04', 'Lineage of data is protected', 'Evidence is written once; where the environment says so, Object Lock holds it', 'FoundationStack', 'lib/stacks/foundation-stack.ts', 'Foundation/Evidence'),
  lens('MLSEC03-BP05', 'Only relevant data is kept', 'Predictions expire, old versions too', 'FoundationStack', 'lib/stacks/foundation-stack.ts', 'Foundation/InferenceLog'),
  lens('MLSEC05-BP01', 'Malicious activity is found', 'Management events and every use of data and evidence are in a trail with hashes against changes', 'AuditTrail', 'lib/core/audit-trail.ts', 'Foundation/AuditTrail'),
  lens('MLSEC06-BP01', 'Consumers are restricted', 'The application takes signed requests of named principals alone', 'PredictionService', 'lib/serving/prediction-service.ts', 'Serving/Application'),
  lens('MLPERF04-BP03', 'Evaluation is a pipeline', 'Prepare, train, baseline and evaluate are steps of one definition', 'TrainingPipeline', 'lib/training/training-pipeline.ts', 'Development/Pipeline'),
  lens('MLPERF04-BP04', 'Statistics of features are kept', 'The profile of the training data is stored with the version and is what production is compared with', 'DevelopmentHandlers', 'lib/training/development-handlers.ts', 'Development/Handlers/Profile'),
  lens('MLPERF06-BP01', 'A human is in the loop', 'Manual approval where the environment says so, by named people', 'Admission', 'lib/registry/admission.ts', 'Development/Admission'),
  lens('MLPERF06-BP03', 'Drift of data is watched', 'Effect size, significance and sample size together decide whether a window drifted', 'MonitorHandlers', 'lib/monitoring/monitor-handlers.ts', 'Monitoring/Handlers'),
  lens('MLPERF06-BP04', 'Loss of performance is watched', 'Quality is measured on labels as they arrive', 'MonitorAlarms', 'lib/monitoring/monitor-alarms.ts', 'Monitoring/Alarms'),
  lens('MLPERF06-BP05', 'Retraining is automated', 'Enough breached windows deliver labelled data and ask for retraining; the gates decide on the result', 'Feedback', 'lib/monitoring/feedback.ts', 'Monitoring/Feedback'),
];

/** A control and where it is found in a production environment. */
export interface AnsweredControl extends Control {
  /** Paths of the constructs in each environment; nothing where nothing answers. */
  readonly places: readonly string[];
}

/** Finds the constructs of each control among the paths of an app. */
export const answer = (paths: readonly string[]): AnsweredControl[] =>
  CONTROLS.map((item) => {
    const pattern = new RegExp(`^[^/]+/[A-Za-z0-9]*${item.path}$`);
    return { ...item, places: paths.filter((path) => pattern.test(path)) };
  });
