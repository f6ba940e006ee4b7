import { imageUri } from '../../../lib/config/images';

test('an image comes from the registry account of its region', () => {
  expect(imageUri('sagemaker-scikit-learn', 'eu-central-1')).toBe('492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-py312-cpu-py3');
});

test('a region that is not in the table fails with the regions that are, and the file to edit', () => {
  expect(() => imageUri('sagemaker-scikit-learn', 'mars-north-1')).toThrow(/no registry account .* region "mars-north-1"; known: ap-northeast-1, .*us-west-2; add it to lib\/config\/images.json/);
});
