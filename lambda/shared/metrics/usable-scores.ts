import { checkScores } from '../statistics';
import { counted, figure } from '../words';

/** Why probabilities can't be judged, or `undefined` if they can. A missing number is NaN. */
export function unusable(label: Float64Array, scores: Float64Array, name: string): string | undefined {
  const missing = scores.reduce((count, score) => count + Number(Number.isNaN(score)), 0);
  if (missing > 0) {
    return `${name} has no probability in ${figure(missing)} of ${counted(scores.length, 'row')}`;
  }
  const outside = scores.findIndex((score) => score < 0 || score > 1);
  if (outside >= 0) {
    return `${name} has the probability ${scores[outside]} in row ${outside}; a probability lies between 0 and 1`;
  }
  try {
    checkScores(label, scores);
  } catch (error) {
    return (error as Error).message;
  }
  const positives = label.reduce((sum, value) => sum + value, 0);
  return positives === 0 || positives === label.length ? `all ${counted(label.length, 'row')} have the label ${label[0]}; a ranking needs both` : undefined;
}
