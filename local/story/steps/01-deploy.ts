import { expect, type Step } from '../story';

export const deploy: Step = {
  number: 1,
  title: 'Deploy dev, int and prod with the CDK toolkit',
  async run({ deployment }) {
    const { stacks } = await deployment.deploy();
    expect(stacks > 0, 'the toolkit deployed no stack');
    return `${stacks} stacks in three accounts`;
  },
};
