"""Study of a change: what it takes to add a feature."""

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import inference
from .evaluate import records_of
from .features import InvalidInput
from .files import write_json
from .findings import bad_rows, difference, measured
from .prepare import clean
from .problems import predict
from .project import Project
from .schema import SCHEMA_FILE
from .studies_serving import answer, vector
from .train import save

ROWS = 600
SERVED_ROWS = 20


def new_feature(subject):
    """One more column in schema.json, and nothing else: cleaning must keep it, the matrix hold it, both algorithms learn from it, the endpoint ask for it.

    The column tells the target with some noise, so that whoever sees it uses it. Value: what the column did not reach.
    """
    started = time.perf_counter()
    name = free_name(subject.schema)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        features = [*subject.schema.document['features'], {'name': name, 'type': 'number'}]
        write_json({**subject.schema.document, 'features': features}, folder, SCHEMA_FILE)
        project = Project(folder, subject.project.code)
        frame = subject.sample('train', ROWS, 'newFeature')
        position = np.argsort(np.argsort(frame[subject.schema.target['name']].to_numpy(), kind='stable'), kind='stable') / len(frame)
        given = frame.assign(**{name: position + subject.random('newFeature noise').normal(0, 0.02, len(frame))})
        missed = places_missed(subject, project, given, name, folder)
    seconds = round(time.perf_counter() - started, 2)
    words = '; '.join(missed) or f'one more column in {SCHEMA_FILE} went through cleaning, matrix, candidate, baseline and endpoint in {seconds} s, without a change of code'
    return measured(len(missed), words, len(frame), seconds=seconds, filesChanged=[SCHEMA_FILE])


def free_name(schema):
    taken = {column['name'] for column in schema.columns}
    return next(name for name in (f'new_feature{"_" * number}' for number in range(len(taken) + 1)) if name not in taken)


def places_missed(subject, project, given, name, folder):
    """Where the new column did not arrive; without a place, nothing after it can be looked at."""
    rows, counts = clean(given, project.schema)
    if counts['rows_invalid'] > 0 or name not in rows:
        return [f'cleaning drops {counts["rows_invalid"]} of {len(given)} rows with the new column']
    if name not in project.features.names:
        return ['the matrix lacks the new column']
    missed = []
    settings = SimpleNamespace(**subject.candidate.metadata['hyperparameters'])
    target = subject.problem.encode(rows[project.schema.target['name']])
    matrix = project.features.of_frame(rows)
    # The same rows with the new column's values dealt out anew.
    column = project.features.names.index(name)
    other = matrix.copy()
    other[:, column] = subject.random('newFeature order').permutation(matrix[:, column])
    for algorithm in ('candidate', 'baseline'):
        estimator = getattr(project.algorithms, algorithm)(project.features, settings).fit(matrix, target)
        prediction, changed = (predict(subject.problem, estimator, one) for one in (matrix, other))
        if bad_rows(subject.problem, prediction).any():
            missed.append(f'the {algorithm} gives no predictions')
        elif difference(prediction, changed) == 0:
            missed.append(f'the {algorithm} does not use the new column')
        if algorithm == 'candidate':
            missed += served_without(subject, project, rows.head(SERVED_ROWS), estimator, prediction, name, folder)
    return missed


def served_without(subject, project, rows, estimator, prediction, name, folder):
    """Whether the endpoint takes the new column, says with it what the estimator says, and refuses a record that lacks it."""
    metadata = {**subject.candidate.metadata, 'features': project.schema.feature_names, 'columns': project.features.names}
    save(estimator, metadata, project, folder / 'model')
    model = inference.model_fn(str(folder / 'model'))
    records = records_of(rows, project.schema)
    missed = []
    answers = [vector(subject.problem, one) for one in answer(model, records)['predictions']]
    if difference(answers, subject.problem.vectors(prediction[: len(rows)])) > 1e-9:
        missed.append('the endpoint answers something else than the candidate')
    try:
        answer(model, [{key: value for key, value in records[0].items() if key != name}])
        missed.append('the endpoint answers a record without the new column')
    except InvalidInput as error:
        if error.field != f'records[0].{name}':
            missed.append(f'the endpoint refuses a record without the new column by the field {error.field}')
    return missed
