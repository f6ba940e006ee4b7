import { testModels } from '../../../local/setup/test-models';

test('a folder without tested model projects is an error, not a pass', async () => {
  await expect(testModels('/nowhere', () => undefined)).rejects.toThrow('no model project in "/nowhere" has a folder tests with test_*.py');
});
