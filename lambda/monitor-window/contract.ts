import type { MonitorInput } from '../starter/contract';

/** Input of the function: that of the machine, and the name of its execution. */
export interface MonitorWindowEvent extends Omit<MonitorInput, 'deliveryUri'> {
  readonly runId: string;
  /** `null` unless the cause is `Labels`. */
  readonly deliveryUri: string | null;
}

/** A stretch of production, or why there is none to look at. */
export interface MonitoringWindow {
  /** Name of the execution that looks at it. */
  readonly windowId: string;
  readonly cause: MonitorInput['cause'];
  /** Whether there is enough to say anything. Too little data is neither *drift* nor *no drift*. */
  readonly sufficient: boolean;
  /** One sentence: what was found. */
  readonly finding: string;
  /** ISO 8601: when the first object of the window arrived in the log. */
  readonly start: string;
  /** When the last one arrived. */
  readonly end: string;
  /** Predictions; those of a `Labels` window: whose labels arrived. */
  readonly rows: number;
  /** `WindowManifest` of the drift check; empty if there is no window. */
  readonly windowUri: string;
  /** SHA-256 (hex) of the manifest. */
  readonly digest: string;
  /** Deliveries of labels that belong to the window. */
  readonly labelsUris: readonly string[];
  /** The champion's reference. */
  readonly referenceUri: string;
  readonly modelPackageArn: string;
}

/** Where the manifest of a window lies, in the evidence bucket. */
export const windowKey = (model: string, windowId: string): string => `${model}/monitoring/${windowId}/window.json`;
