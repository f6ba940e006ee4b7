"""Processing step: measures the candidate, the baseline and the champion on the same test rows. It judges nothing; the model gate does.

    python evaluate.py --test TEST --model MODEL --baseline BASELINE --champion CHAMPION --output OUT

MODEL, BASELINE and CHAMPION are folders with a `model.tar.gz`; a CHAMPION without one (it holds a file `NONE`) means that there is no champion yet.
"""

import json
import tempfile
import time
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn

from features import Schema, encode_frame
from job import Arguments, UserError, environment, read_data, report, run_job, unpack_model, write_json, write_parquet
from metrics import quality

GOLDEN_ROWS = 200
PROBLEM_TYPE = 'binaryClassification'


class Contender:
    """One artifact and its probabilities on the test rows."""

    def __init__(self, role, source, work, test):
        self.role = role
        archive = Path(source, 'model.tar.gz')
        if not archive.is_file():
            raise UserError(f'{role}: {source} holds no model.tar.gz')
        self.bytes = archive.stat().st_size
        folder = unpack_model(source, Path(work, role))
        self.metadata = json.loads((folder / 'metadata.json').read_text(encoding='utf-8'))
        made_with = self.metadata['environment']['packages']['scikit-learn']
        if made_with != sklearn.__version__:
            raise UserError(f'{role}: was made with scikit-learn {made_with}, this job has {sklearn.__version__}; it cannot be compared in this image')
        # An earlier model has an earlier schema: it is fed by its own.
        self.schema = Schema.load(folder)
        missing = [name for name in self.schema.feature_names if name not in test.columns]
        if missing:
            raise UserError(f'{role}: needs the columns {", ".join(missing)}, which the data no longer has')
        estimator = joblib.load(folder / 'model.joblib')
        started = time.perf_counter()
        self.probability = estimator.predict_proba(encode_frame(test, self.schema))[:, 1]
        self.seconds = time.perf_counter() - started
        if not np.isfinite(self.probability).all():
            raise UserError(f'{role}: gave a probability that is no number')

    def summary(self, label):
        return quality(label, self.probability, self.metadata['decisionThreshold'])

    def cost(self):
        """What the model costs beside its quality."""
        return {'fitSeconds': self.metadata['fitSeconds'], 'scoreSeconds': round(self.seconds, 4), 'modelBytes': self.bytes, 'trainRows': self.metadata['trainRows']}


def golden(test, label, candidate, seed):
    """Records with the probabilities that every other place must give: one from each of 200 equal parts of the rows in order of label and score."""
    order = np.lexsort((candidate.probability, label))
    edges = np.linspace(0, len(order), min(GOLDEN_ROWS, len(order)) + 1).astype(int)
    chosen = order[np.random.default_rng(seed).integers(edges[:-1], edges[1:])]
    columns = [candidate.schema.record_id['name'], *candidate.schema.feature_names]
    # pandas writes plain JSON numbers, also for numpy's.
    records = json.loads(test.iloc[chosen][columns].to_json(orient='records'))
    return {'records': records, 'expected': candidate.probability[chosen].tolist()}


def main():
    parser = Arguments(description=__doc__)
    for name in ('test', 'model', 'baseline', 'champion'):
        parser.add_argument(f'--{name}', default=f'/opt/ml/processing/input/{name}')
    parser.add_argument('--output', default='/opt/ml/processing/output/evaluation')
    parser.add_argument('--seed', type=int, default=0, help='of the choice of golden records')
    options = parser.parse()

    started = time.perf_counter()
    test = read_data(options.test).to_pandas()
    with tempfile.TemporaryDirectory() as work:
        candidate = Contender('candidate', options.model, work, test)
        baseline = Contender('baseline', options.baseline, work, test)
        has_champion = Path(options.champion, 'model.tar.gz').is_file()
        champion = Contender('champion', options.champion, work, test) if has_champion else None
    label = (test[candidate.schema.target['name']] == candidate.metadata['positiveLabel']).astype(int).to_numpy()
    if label.min() == label.max():
        raise UserError(f'{options.test}: all {len(label)} rows have the same label; nothing can be measured')

    contenders = [contender for contender in (candidate, baseline, champion) if contender is not None]
    predictions = pd.DataFrame({
        candidate.schema.record_id['name']: test[candidate.schema.record_id['name']],
        'label': label,
        'candidate': candidate.probability,
        'baseline': baseline.probability,
        'champion': pd.array([pd.NA] * len(test), dtype='Float64') if champion is None else champion.probability,
    })
    write_parquet(predictions, options.output, 'predictions.parquet')
    write_json(golden(test, label, candidate, options.seed), options.output, 'golden.json')
    metrics = candidate.summary(label)
    evaluation = {
        'problemType': PROBLEM_TYPE,
        'rows': len(test),
        'positiveShare': float(label.mean()),
        'metrics': metrics,
        'baseline': baseline.summary(label),
        'champion': None if champion is None else champion.summary(label),
        'costs': {contender.role: contender.cost() for contender in contenders},
        'training': {name: candidate.metadata[name] for name in ('algorithm', 'estimator', 'hyperparameters', 'schemaVersion', 'features')},
        'environment': environment(),
        'timings': {'evaluateSeconds': round(time.perf_counter() - started, 3), 'fitSeconds': candidate.metadata['fitSeconds']},
    }
    write_json(evaluation, options.output, 'evaluation.json')
    report(test_rows=len(test), **{f'test_{name}': value for name, value in metrics.items()})


if __name__ == '__main__':
    run_job(main)
