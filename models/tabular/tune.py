"""Tuning step: searches for the candidate's hyperparameters on training and validation rows and writes `best-parameters.json`. Test rows stay unseen.

    python tune.py --train TRAIN --validation VALIDATION --output OUT --space 'max_iter=[50, 100]' --trials 5 --seed 7

The first trial is the declared setting, so the search never ends with something worse on the rows it looks at. A space of lists that has no more
combinations than trials is searched in full, any other at random (Bergstra and Bengio 2012), seeded. The search ends with the trials or with the
minutes, whichever comes first. Each trial is measured on the validation rows, or by cross-validation over training and validation rows (`--folds`), whose folds
keep to the split of the project (`folds.py`).
"""

import itertools
import json
import math
import time

import numpy as np
import pandas as pd

from .files import read_data, write_json
from .folds import folds
from .job import UserError, report, run_job
from .problems import predict
from .project import Project
from .settings import hyperparameters, joined, load, problem_of_options, settings_parser
from .split import ORDER, add_split_arguments

BEST_FILE = 'best-parameters.json'


def draw(space, random):
    """One setting of a space."""
    return {name: one_of(values, random) for name, values in space.items()}


def one_of(values, random):
    if isinstance(values, list):
        return values[int(random.integers(len(values)))]
    low, high = values['minimum'], values['maximum']
    if values.get('scale') == 'log':
        return float(math.exp(random.uniform(math.log(low), math.log(high))))
    return float(random.uniform(low, high))


def candidates(space, declared, trials, seed):
    """Settings to try: the declared one, then all of the space or random ones of it; none twice."""
    lists = list(space.values())
    if all(isinstance(values, list) for values in lists) and math.prod(map(len, lists)) <= trials:
        others = (dict(zip(space, values)) for values in itertools.product(*lists))
    else:
        random = np.random.default_rng(seed)
        # A space of lists runs dry; then there are fewer trials.
        others = (draw(space, random) for _ in range(20 * trials))
    tried = []
    for setting in itertools.chain([{name: declared[name] for name in space}], others):
        setting = {name: cast(value, declared[name]) for name, value in setting.items()}
        if setting not in tried and len(tried) < trials:
            tried.append(setting)
    return tried


def cast(value, declared):
    """A value in the type of the declared one."""
    if isinstance(declared, bool) or isinstance(declared, str):
        return value
    return int(round(value)) if isinstance(declared, int) else float(value)


class Search:
    """Fits and measures settings of one project."""

    def __init__(self, project, problem, options):
        self.project, self.problem, self.options = project, problem, options
        train, validation = load(options.train, project, problem), load(options.validation, project, problem)
        if options.folds == 0:
            self.parts = [(train, validation)]
        else:
            matrix, target = joined(train, validation)
            rows = rows_of((options.train, options.validation), project.schema, options)
            self.parts = [
                ((matrix[fits], target[fits]), (matrix[measures], target[measures]))
                for fits, measures in folds(rows, project.schema, options.folds, options.seed, options.split_by, options.entity)
            ]

    def score(self, setting):
        """Mean of the primary metric over the parts."""
        chosen = hyperparameters(self.project, self.options, setting)
        scores = []
        for (matrix, target), (held_matrix, held_target) in self.parts:
            estimator = self.project.algorithms.candidate(self.project.features, chosen).fit(matrix, target)
            scores.append(self.problem.measure(held_target, predict(self.problem, estimator, held_matrix))[self.problem.primary])
        return float(np.mean(scores))


def rows_of(folders, schema, options):
    """Frame of the rows of several folders with what folds are cut by."""
    names = list(dict.fromkeys([schema.record_id['name'], *([schema.order['name']] if options.split_by == ORDER and schema.order else []), *([options.entity] if options.entity else [])]))
    return pd.concat([read_data(folder, names).to_pandas(date_as_object=False) for folder in folders], ignore_index=True)


def run(script):
    """The step of a project; `script` is the path of its `tune.py`."""
    run_job(lambda usage: search(Project.of_script(script), usage))


def parse(project):
    parser = settings_parser(__doc__, project)
    parser.set_defaults(train='/opt/ml/processing/input/train', validation='/opt/ml/processing/input/validation')
    parser.add_argument('--output', default='/opt/ml/processing/output/tune')
    parser.add_argument('--space', action='append', type=dimension, required=True, help='NAME=JSON of a list of values or of {minimum, maximum, scale}; one for each hyperparameter')
    parser.add_argument('--trials', type=int, default=10)
    parser.add_argument('--folds', type=int, default=0, help='0: no cross-validation')
    add_split_arguments(parser)
    parser.add_argument('--maximum-minutes', type=float, default=math.inf)
    options = parser.parse()
    options.space = dict(options.space)
    unknown = sorted(set(options.space) - set(project.algorithms.HYPERPARAMETERS))
    if unknown:
        raise UserError(f'training.tuning.space names {", ".join(unknown)}, which algorithms.py does not know; it knows {", ".join(project.algorithms.HYPERPARAMETERS)}')
    return options


def dimension(text):
    """Name and values of one hyperparameter."""
    name, _, values = text.partition('=')
    return name, json.loads(values)


def search(project, usage):
    options = parse(project)
    problem = problem_of_options(project, options)
    work = Search(project, problem, options)
    settings = candidates(options.space, vars(hyperparameters(project, options)), options.trials, options.seed)
    started, trials = time.perf_counter(), []
    for setting in settings:
        before = time.perf_counter()
        if trials and before - started > options.maximum_minutes * 60:
            break
        trials.append({'parameters': setting, problem.primary: work.score(setting), 'seconds': round(time.perf_counter() - before, 3)})
        report(trial=len(trials), **{problem.primary: trials[-1][problem.primary]})
    # The first of equals: the declared setting wins a draw.
    best = (max if problem.higher_is_better else min)(trials, key=lambda trial: trial[problem.primary])
    document = {
        'metric': problem.primary,
        'best': best['parameters'],
        'value': best[problem.primary],
        'trials': trials,
        'endedBy': 'trials' if len(trials) == len(settings) else 'time',
        'budget': {'trials': options.trials, 'maximumMinutes': None if math.isinf(options.maximum_minutes) else options.maximum_minutes, 'folds': options.folds},
        'split': {'by': options.split_by, 'entity': options.entity},
        'space': options.space,
        'seed': options.seed,
        'seconds': round(time.perf_counter() - started, 3),
        'resources': usage.report(),
    }
    write_json(document, options.output, BEST_FILE)
