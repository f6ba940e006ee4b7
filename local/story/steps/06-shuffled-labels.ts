import { deliver, withdraw } from '../data';
import { development, expect, oneLine, type Step, trainingPrefix, triggered, verdicts } from '../story';

const DELIVERY = '2016-shuffled';

export const shuffledLabels: Step = {
  number: 6,
  title: 'A bug shuffles the labels of a delivery: the model gate stops the candidate',
  async run(story) {
    const target = story.project.schema.target.name;
    const id = story.project.schema.recordId.name;
    // Another record's label: the distribution stays, so that no data test can see it; only the model can.
    const replace = { [target]: `first_value("${target}") OVER (ORDER BY hash("${id}") ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)` };
    const filled = { [target]: `coalesce(${replace[target]}, "${target}")` };
    const execution = await triggered(story, development(story), async () =>
      deliver(story.world, trainingPrefix(story), DELIVERY, await story.data.parquet(DELIVERY, [2016], { replace: filled })),
    );
    await withdraw(story.world, trainingPrefix(story), DELIVERY);
    story.reporter.line('data engineer', `withdrew the delivery ${DELIVERY}`);
    expect(execution.status === 'FAILED' && execution.error === 'GateFailed', `the development ended ${execution.status} ${execution.error ?? ''}: ${oneLine(execution.cause)}`);
    const stopped = (await verdicts(story, 'prod', 'model')).at(-1)?.verdict;
    expect(stopped?.outcome === 'failed', `the last verdict of the model gate is ${stopped?.outcome}`);
    const reasons = stopped.criteria.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason);
    return `the model gate said no: ${reasons.join(' ')}`;
  },
};
