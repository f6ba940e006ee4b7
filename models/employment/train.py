"""Training job: fits the candidate or the baseline and writes what the endpoint needs.

    python train.py --algorithm candidate --train TRAIN --validation VALIDATION --model-dir OUT --seed 7

The model folder holds `model.joblib` (the estimator), `metadata.json` (versions, feature order, settings), `schema.json` and `code/`. SageMaker makes
`model.tar.gz` of it.
"""

import os
import shutil
import time

import joblib

from algorithms import ALGORITHMS
from features import SCHEMA_FILE, Schema, encode_frame
from job import CODE_FOLDER, Arguments, UserError, environment, read_data, report, run_job, write_json
from metrics import quality

SERVING_CODE = ('inference.py', 'features.py', 'forest.py')
# Not settings of the model.
PLACES = ('train', 'validation', 'code', 'model_dir')


def parse_arguments():
    channel = lambda name: os.environ.get(f'SM_CHANNEL_{name.upper()}', f'/opt/ml/input/data/{name}')
    parser = Arguments(description=__doc__)
    parser.add_argument('--algorithm', choices=list(ALGORITHMS), default='candidate')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--positive_label', '--positive-label', help='default: the last value of the domain of the target')
    parser.add_argument('--decision_threshold', '--decision-threshold', type=float, default=0.5)
    parser.add_argument('--max_iter', type=int, default=100)
    parser.add_argument('--learning_rate', type=float, default=0.1)
    parser.add_argument('--max_leaf_nodes', type=int, default=31)
    parser.add_argument('--min_samples_leaf', type=int, default=20)
    parser.add_argument('--l2_regularization', type=float, default=0.0)
    parser.add_argument('--max_features', type=float, default=1.0)
    parser.add_argument('--ordinal_features', default='', help='names of coded features whose order carries meaning, joined by commas')
    parser.add_argument('--train', default=channel('train'))
    parser.add_argument('--validation', default=channel('validation'))
    parser.add_argument('--code', default=str(CODE_FOLDER))
    parser.add_argument('--model-dir', default=os.environ.get('SM_MODEL_DIR', '/opt/ml/model'))
    return parser.parse()


def labels_of(schema, positive_label):
    """The two values of the target: positive, negative."""
    domain = schema.target['domain']
    positive = next((value for value in domain if str(value) == str(positive_label)), None) if positive_label is not None else domain[-1]
    if positive is None or len(domain) != 2:
        raise UserError(f'the target {schema.target["name"]} has the values {domain}; two are needed, one of them the positive label {positive_label}')
    return positive, next(value for value in domain if value != positive)


def load(folder, schema, positive):
    """Matrix and labels (0 or 1) of a split."""
    frame = read_data(folder, [*schema.feature_names, schema.target['name']]).to_pandas()
    label = (frame[schema.target['name']] == positive).astype(int).to_numpy()
    if label.min() == label.max():
        raise UserError(f'{folder}: all {len(label)} rows have the same label; nothing can be learned or measured')
    return encode_frame(frame, schema), label


def save(estimator, metadata, options):
    os.makedirs(options.model_dir, exist_ok=True)
    joblib.dump(estimator, os.path.join(options.model_dir, 'model.joblib'), compress=3)
    write_json(metadata, options.model_dir, 'metadata.json')
    shutil.copyfile(os.path.join(options.code, SCHEMA_FILE), os.path.join(options.model_dir, SCHEMA_FILE))
    os.makedirs(os.path.join(options.model_dir, 'code'), exist_ok=True)
    for name in SERVING_CODE:
        shutil.copyfile(os.path.join(options.code, name), os.path.join(options.model_dir, 'code', name))


def main():
    options = parse_arguments()
    schema = Schema.load(options.code)
    positive, negative = labels_of(schema, options.positive_label)
    matrix, label = load(options.train, schema, positive)
    started = time.perf_counter()
    estimator = ALGORITHMS[options.algorithm](schema, options).fit(matrix, label)
    fit_seconds = time.perf_counter() - started
    validation_matrix, validation_label = load(options.validation, schema, positive)
    measured = quality(validation_label, estimator.predict_proba(validation_matrix)[:, 1], options.decision_threshold)
    report(train_rows=len(label), fit_seconds=fit_seconds, **{f'validation_{name}': value for name, value in measured.items()})
    settings = {name: value for name, value in vars(options).items() if name not in PLACES}
    metadata = {
        'algorithm': options.algorithm,
        'estimator': type(estimator).__name__,
        'schemaVersion': schema.version,
        'features': schema.feature_names,
        'positiveLabel': positive,
        'negativeLabel': negative,
        'decisionThreshold': options.decision_threshold,
        'hyperparameters': settings,
        'trainRows': len(label),
        'fitSeconds': round(fit_seconds, 3),
        'validation': measured,
        'environment': environment(),
    }
    save(estimator, metadata, options)


if __name__ == '__main__':
    run_job(main)
