import { approve, champion, endpoint, expect, output, promotion, type Step, triggered, versionOf } from '../story';
import { latestPackage } from './03-qualify';

export const promote: Step = {
  number: 4,
  title: 'The approver approves: the first endpoint in prod',
  async run(story) {
    const modelPackageArn = await latestPackage(story);
    output(await triggered(story, promotion(story), () => approve(story, modelPackageArn)));
    const live = await endpoint(story, 'prod');
    expect(live?.EndpointStatus === 'InService', `the endpoint in prod is ${live?.EndpointStatus ?? 'absent'}`);
    const record = await champion(story);
    expect(record?.modelPackageArn === modelPackageArn, `the champion is ${record?.modelPackageArn ?? 'not set'}`);
    story.endpointHistory.push({ step: 4, what: 'created', modelPackageArn });
    return `${versionOf(modelPackageArn)} is the champion, endpoint ${live?.EndpointName} is in service`;
  },
};
