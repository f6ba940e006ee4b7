import { hostPath, mapped, relocate } from '../../../local/sagemaker/processes/environment';
import { containerHyperparameter, pythonText, scriptArguments, trainingEnvironment, userHyperparameters } from '../../../local/sagemaker/jobs/script-mode';

const hyperparameters = {
  sagemaker_program: '"train.py"', sagemaker_submit_directory: '/opt/ml/input/data/code', rate: '1.0', b: 'true', algorithm: 'candidate', layers: '[1, "a"]', empty: '',
};

test('hyperparameters become sorted arguments, tried as JSON and written as Python would', () => {
  expect(scriptArguments(userHyperparameters(hyperparameters))).toEqual([
    '--algorithm', 'candidate', '-b', 'True', '--empty', '', '--layers', '[1, \'a\']', '--rate', '1.0',
  ]);
});

test.each([[null, 'None'], [false, 'False'], [{ a: [true, 'x\'y'] }, '{\'a\': [True, \'x\\\'y\']}'], ['text', 'text']])('%j is %s in Python', (value, text) => {
  expect(pythonText(value)).toBe(text);
});

test('the container reads its own hyperparameters as JSON or plain', () => {
  expect(containerHyperparameter(hyperparameters, 'sagemaker_program')).toBe('train.py');
  expect(containerHyperparameter(hyperparameters, 'sagemaker_submit_directory')).toBe('/opt/ml/input/data/code');
  expect(containerHyperparameter(hyperparameters, 'sagemaker_region')).toBeUndefined();
});

test('a script finds channels, folders and hyperparameters in SM variables', () => {
  const environment = trainingEnvironment({
    jobName: 'job', program: 'train.py', submitDirectory: '/opt/ml/input/data/code', channels: ['train', 'code'], hyperparameters, inputDataConfig: {},
    resourceConfig: {}, instanceType: 'ml.m5.large', cpus: 2,
  });
  expect(environment).toMatchObject({
    SM_CHANNEL_TRAIN: '/opt/ml/input/data/train', SM_CHANNELS: '["code","train"]', SM_MODEL_DIR: '/opt/ml/model', SM_OUTPUT_DATA_DIR: '/opt/ml/output/data',
    SM_HP_RATE: '1.0', SM_HP_B: 'True', SM_HP_ALGORITHM: 'candidate', SM_NUM_CPUS: '2',
  });
  expect(JSON.parse(environment.SM_HPS ?? '')).toEqual({ algorithm: 'candidate', b: true, empty: '', layers: [1, 'a'], rate: 1 });
  expect(Object.keys(environment).filter((name) => name.startsWith('AWS'))).toEqual([]);
});

describe('without a mount', () => {
  test('paths below /opt/ml are rewritten in arguments and variables, and nothing else is', () => {
    const command = { argv: ['python3', '/opt/ml/code/train.py', '--data=/opt/ml/input', '/opt/mlx'], env: { SM_MODEL_DIR: '/opt/ml/model', A: '{"d": "/opt/ml"}' }, cwd: '/opt/ml' };
    expect(mapped(command, '/run/1')).toEqual({
      argv: ['python3', '/run/1/code/train.py', '--data=/run/1/input', '/opt/mlx'],
      env: { SM_MODEL_DIR: '/run/1/model', A: '{"d": "/run/1"}', SM_CONTAINER_ROOT: '/run/1' },
      cwd: '/run/1',
    });
    expect(relocate('/opt/ml', '/r')).toBe('/r');
  });

  test('a path of the container has its place outside, and cannot leave it', () => {
    expect(hostPath('/run/1', '/opt/ml/processing/input/x')).toBe('/run/1/processing/input/x');
    expect(() => hostPath('/run/1', '/tmp/x')).toThrow('does not lie below /opt/ml');
    expect(() => hostPath('/run/1', '/opt/ml/../../etc')).toThrow('leaves /opt/ml');
  });
});
