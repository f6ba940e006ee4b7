import { InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, type Story } from '../story';

/** An engineer starts the development of prod by hand, with the released code. */
export async function startByHand(story: Story, id: string): Promise<void> {
  const { lambda } = await story.world.as('prod', 'engineer');
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName: `prod-${story.project.declaration.name}-development-starter`,
      Payload: Buffer.from(JSON.stringify({ cause: 'Manual', id: `${id}-${Date.now()}` })),
    }),
  );
  expect(answer.FunctionError === undefined, `the starter failed: ${Buffer.from(answer.Payload ?? []).toString('utf8')}`);
  story.reporter.line('prod engineer', 'started the development by hand');
}
