import type { Verdict } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import type { ModelDeclaration } from '../shared/project/contract';
import type { MonitorDecideEvent, MonitorDecision } from './contract';
import { type HistoryEntry, type MonitorHistory, REMEMBERED } from './history';

const HOUR = 3_600_000;

/**
 * Whether a window breached. The drift of a stretch counts once, in its scheduled window: when its labels arrive later, the same records come back,
 * and only their quality is news.
 */
export function isBreach({ cause }: MonitorDecideEvent['window'], verdict: Verdict): boolean {
  const failed = verdict.criteria.filter(({ outcome }) => outcome === 'failed');
  return cause === 'Labels' ? failed.some(({ check }) => check === Checks.QUALITY.id) : failed.length > 0;
}

/**
 * Adds a window to the history and decides: retraining when k of the last m windows breached, labels for them have arrived, and the last retraining
 * is long enough ago. Pure.
 */
export function decide(
  history: MonitorHistory,
  { window, verdict: { verdictUri } }: MonitorDecideEvent,
  verdict: Verdict,
  { breaches, windows, coolDownHours }: ModelDeclaration['monitoring']['retraining'],
  now: Date,
): { history: MonitorHistory; result: MonitorDecision } {
  const breach = isBreach(window, verdict);
  const { windowId, cause, end, windowUri, labelsUris } = window;
  const entry: HistoryEntry = { windowId, cause, breach, end, windowUri, labelsUris, verdictUri };
  // A repeated call finds its own window.
  const entries = [...history.entries.filter((known) => known.windowId !== windowId), entry].slice(-REMEMBERED);
  const recent = entries.slice(-windows);
  const bad = recent.filter((known) => known.breach);
  const labels = [...new Set(recent.flatMap((known) => known.labelsUris))];
  const counted = `${bad.length} of the last ${recent.length} windows breached (retraining from ${breaches} of ${windows})`;
  const obstacle =
    bad.length < breaches
      ? counted
      : (coolDownObstacle(history.retrainingAt, coolDownHours, now) ?? (labels.length === 0 ? 'no labels have arrived for these windows yet' : undefined));
  const retrain = obstacle === undefined;
  return {
    history: {
      entries,
      last: cause === 'Schedule' ? { end, windowUri } : history.last,
      retrainingAt: retrain ? now.toISOString() : history.retrainingAt,
    },
    result: {
      retrain,
      breach,
      reason: retrain || bad.length < breaches ? counted : `${counted}, but ${obstacle}`,
      windows: bad.map((known) => known.windowId),
      windowUris: [...new Set(bad.map((known) => known.windowUri))],
      labelsUris: labels,
    },
  };
}

function coolDownObstacle(retrainingAt: string | undefined, coolDownHours: number, now: Date): string | undefined {
  if (retrainingAt === undefined || now.getTime() - Date.parse(retrainingAt) >= coolDownHours * HOUR) {
    return undefined;
  }
  return `retraining was asked for at ${retrainingAt}, less than ${coolDownHours} hours ago (monitoring.retraining.coolDownHours)`;
}
