"""Processing step: measures the candidate, the linear baseline, the trivial predictor and the champion on the same test rows. It judges nothing; the
model gate does.

    python evaluate.py --test TEST --model MODEL --baseline BASELINE --champion CHAMPION --output OUT

MODEL, BASELINE and CHAMPION are folders with a `model.tar.gz`; a CHAMPION without one (it holds a file `NONE`) means that there is no champion yet.
Writes `evaluation.json`, `predictions.parquet` and `golden.json`.
"""

import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pandas as pd

from .contenders import Contender
from .files import read_data, read_json, write_json, write_parquet
from .job import Arguments, UserError, environment, report, run_job
from .project import Project
from .schema import TIMES
from .tune import BEST_FILE

GOLDEN_ROWS = 200
INPUT = '/opt/ml/processing/input'


def golden(test, target, candidate, seed):
    """Records with the predictions that every other place must give: one from each of 200 equal parts of the rows in order of target and prediction."""
    order = candidate.problem.strata(target, candidate.prediction)
    edges = np.linspace(0, len(order), min(GOLDEN_ROWS, len(order)) + 1).astype(int)
    chosen = order[np.random.default_rng(seed).integers(edges[:-1], edges[1:])]
    return {'records': records_of(test.iloc[chosen], candidate.schema), 'expected': candidate.problem.vectors(candidate.prediction[chosen])}


def records_of(rows, schema):
    """Rows as a caller of the endpoint sends them: record id and features as plain JSON values."""
    columns = [schema.record_id, *schema.features]
    frame = pd.DataFrame({column['name']: as_text(rows[column['name']], column) for column in columns})
    return [dict(zip(frame.columns, map(plain, values))) for values in frame.itertuples(index=False, name=None)]


def as_text(values, column):
    if column['type'] not in TIMES:
        return values.astype(object)
    times = pd.to_datetime(values)
    return times.map(lambda time: time.date().isoformat() if column['type'] == 'date' else f'{time.isoformat()}Z', na_action='ignore').astype(object)


def plain(value):
    """A value of a data frame as JSON has it."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def parse():
    parser = Arguments(description=__doc__)
    for name in ('test', 'model', 'baseline', 'champion', 'tune', 'resources'):
        parser.add_argument(f'--{name}', default=f'{INPUT}/{name}')
    parser.add_argument('--output', default='/opt/ml/processing/output/evaluation')
    parser.add_argument('--by', action='append', default=[], help='column whose values go beside the predictions; may be given many times')
    parser.add_argument('--train-uri', help='where the training rows lie, for the record')
    parser.add_argument('--tune-uri', help='where the result of the search lies, for the record')
    parser.add_argument('--seed', type=int, default=0, help='of the choice of golden records')
    return parser.parse()


def run(script):
    """The step of a project; `script` is the path of its `evaluate.py`."""
    run_job(lambda usage: evaluate(Project.of_script(script), usage))


def comparable(contenders):
    """Models of different problems have no common measure."""
    candidate = contenders['candidate']
    for role, contender in contenders.items():
        if contender.problem.description.get('classes') != candidate.problem.description.get('classes') or contender.problem.name != candidate.problem.name:
            raise UserError(f'{role}: was trained for {contender.problem.description}, the candidate for {candidate.problem.description}; they cannot be compared')


def evaluate(project, usage):
    options = parse()
    started = time.perf_counter()
    test = read_data(options.test).to_pandas(date_as_object=False)
    roles = {'candidate': options.model, 'baseline': options.baseline, **({'champion': options.champion} if Path(options.champion, 'model.tar.gz').is_file() else {})}
    with tempfile.TemporaryDirectory() as work:
        contenders = {role: Contender(role, source, work, test) for role, source in roles.items()}
    comparable(contenders)
    candidate = contenders['candidate']
    problem = candidate.problem
    try:
        target = problem.encode(test[candidate.schema.target['name']])
    except UserError as error:
        raise UserError(f'{options.test}: {error}') from error
    predictions = {role: contender.prediction for role, contender in contenders.items()}
    predictions['trivial'] = problem.constant(candidate.metadata['trivial'], len(test))
    write_parquet(predictions_frame(test, target, predictions, candidate, by_columns(options.by, project, test)), options.output, 'predictions.parquet')
    write_json(golden(test, target, candidate, options.seed), options.output, 'golden.json')
    measured = {role: problem.measure(target, prediction) for role, prediction in predictions.items()}
    evaluation = {
        'createdAt': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'problemType': problem.name,
        **{name: value for name, value in problem.description.items() if name == 'classes'},
        'rows': len(test),
        'target': problem.trivial(target),
        'metrics': measured['candidate'],
        'baseline': measured['baseline'],
        'trivial': measured['trivial'],
        'champion': measured.get('champion'),
        'costs': {role: contender.cost() for role, contender in contenders.items()},
        'training': {name: candidate.metadata[name] for name in ('algorithm', 'estimator', 'hyperparameters', 'chosenBy', 'schemaVersion', 'features')},
        'tuning': tuning_of(options.tune),
        'data': {'trainUri': options.train_uri, 'tuneUri': options.tune_uri},
        'environment': environment(),
        'timings': {'evaluateSeconds': round(time.perf_counter() - started, 3), 'fitSeconds': candidate.metadata['fitSeconds']},
        'resources': resources_of(options, contenders, usage),
    }
    write_json(evaluation, options.output, 'evaluation.json')
    report(test_rows=len(test), **{f'test_{name}': value for name, value in evaluation['metrics'].items()})


def predictions_frame(test, target, predictions, candidate, by):
    """One row for each test row: record id, label, every contender's prediction (null where there is no champion), and the columns to group by."""
    problem = candidate.problem
    columns = {candidate.schema.record_id['name']: test[candidate.schema.record_id['name']], 'label': problem.label_column(target)}
    for role in ('candidate', 'baseline', 'trivial', 'champion'):
        if role in predictions:
            columns |= problem.columns(role, predictions[role])
        else:
            kinds = problem.columns(role, predictions['candidate'])
            columns |= {name: pd.array([None] * len(test), dtype='string' if values.dtype == object else 'Float64') for name, values in kinds.items()}
    return pd.DataFrame({**columns, **{f'by_{name}': test[name] for name in by}})


def by_columns(asked, project, test):
    """Columns to group by: those that were asked for, and the sensitive ones."""
    sensitive = [column['name'] for column in project.schema.columns if column.get('sensitive')]
    names = list(dict.fromkeys([*asked, *sensitive]))
    missing = [name for name in names if name not in test.columns]
    if missing:
        raise UserError(f'the test rows lack the columns {", ".join(missing)}, by which predictions are to be grouped')
    return names


def tuning_of(folder):
    """What the search found, without its trials; None without a search."""
    path = Path(folder, BEST_FILE)
    if not path.is_file():
        return None
    found = read_json(path)
    return {'metric': found['metric'], 'best': found['best'], 'value': found['value'], 'trials': len(found['trials']), 'endedBy': found['endedBy'], 'seconds': found['seconds']}


def resources_of(options, contenders, usage):
    """What every step of the run used."""
    prepare, tune = Path(options.resources, 'resources.json'), Path(options.tune, BEST_FILE)
    return {
        **({'Prepare': read_json(prepare)} if prepare.is_file() else {}),
        **({'Tune': read_json(tune)['resources']} if tune.is_file() else {}),
        'Train': contenders['candidate'].metadata['resources'],
        'TrainBaseline': contenders['baseline'].metadata['resources'],
        'Evaluate': usage.report(),
    }
