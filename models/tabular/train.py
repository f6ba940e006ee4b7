"""Training job: fits the candidate or the baseline and writes what the endpoint needs.

    python train.py --algorithm candidate --train TRAIN --validation VALIDATION --model-dir OUT --seed 7

The model folder holds `model.joblib` (the estimator), `metadata.json` (versions, columns, settings), `schema.json` and `code/`. SageMaker makes
`model.tar.gz` of it. After tuning (`--refit true`) training and validation rows are fitted together; the candidate takes the settings of
`best-parameters.json` from the channel `tune`.
"""

import os
import shutil
import time
from pathlib import Path

import joblib

from . import job
from .files import read_json, write_json
from .job import channel, report, run_job, truth
from .problems import predict
from .project import Project
from .schema import SCHEMA_FILE
from .settings import hyperparameters, joined, load, problem_of_options, settings_parser
from .tune import BEST_FILE

PACKAGE = Path(__file__).resolve().parent
# Scripts of jobs and for people: an endpoint runs none of them.
JOB_SCRIPTS = ('prepare.py', 'train.py', 'tune.py', 'evaluate.py', 'study.py', 'test.py', 'seed_study.py')


def save(estimator, metadata, project, folder):
    """Writes the model folder. The code is the whole project's but for its jobs, so that the artifact serves by itself."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(estimator, folder / 'model.joblib', compress=3)
    write_json(metadata, folder, 'metadata.json')
    shutil.copyfile(project.folder / SCHEMA_FILE, folder / SCHEMA_FILE)
    code = folder / 'code'
    code.mkdir(exist_ok=True)
    for path in sorted(project.code.glob('*.py')):
        if path.name not in JOB_SCRIPTS:
            shutil.copyfile(path, code / path.name)
    shutil.copytree(PACKAGE, code / PACKAGE.name, dirs_exist_ok=True, ignore=shutil.ignore_patterns('tests', '__pycache__', 'README*'))


def is_first_host():
    """Whether this instance writes the model, where a job has several."""
    hosts = os.environ.get('SM_HOSTS', '')
    return os.environ.get('SM_CURRENT_HOST', '') in ('', sorted(filter(None, hosts.strip('[]').replace('"', '').replace(' ', '').split(',')))[0] if hosts else '')


def run(script):
    """The job of a project; `script` is the path of its `train.py`."""
    run_job(lambda usage: fit(Project.of_script(script), usage))


def parse(project):
    parser = settings_parser(__doc__, project)
    parser.add_argument('--algorithm', choices=['candidate', 'baseline'], default='candidate')
    parser.add_argument('--refit', type=truth, default=False, help='fit training and validation rows together')
    parser.add_argument('--tune', default=channel('tune'))
    parser.add_argument('--model-dir', default=os.environ.get('SM_MODEL_DIR', '/opt/ml/model'))
    return parser.parse()


def fit(project, usage):
    options = parse(project)
    problem = problem_of_options(project, options)
    best = Path(options.tune, BEST_FILE)
    tuned = read_json(best)['best'] if options.algorithm == 'candidate' and best.is_file() else None
    chosen = hyperparameters(project, options, tuned)
    train, validation = load(options.train, project, problem), load(options.validation, project, problem)
    matrix, target = joined(train, validation) if options.refit else train
    started = time.perf_counter()
    estimator = getattr(project.algorithms, options.algorithm)(project.features, chosen).fit(matrix, target)
    fit_seconds = time.perf_counter() - started
    # Rows that were fitted say nothing of quality.
    measured = {} if options.refit else problem.measure(validation[1], predict(problem, estimator, validation[0]))
    report(train_rows=len(target), fit_seconds=fit_seconds, **{f'validation_{name}': value for name, value in measured.items()})
    if not is_first_host():
        return
    metadata = {
        'algorithm': options.algorithm,
        'estimator': type(estimator).__name__,
        'problem': problem.description,
        'schemaVersion': project.schema.version,
        'features': project.schema.feature_names,
        'columns': project.features.names,
        'hyperparameters': vars(chosen),
        'chosenBy': 'declaration' if tuned is None else 'tuning',
        'trivial': problem.trivial(target),
        'trainRows': len(target),
        'fitSeconds': round(fit_seconds, 3),
        'validation': measured,
        'environment': job.environment(),
        'resources': usage.report(),
    }
    save(estimator, metadata, project, options.model_dir)
