"""Arguments that training and tuning share: the problem, the seed and the project's hyperparameters."""

from types import SimpleNamespace

import numpy as np

from .files import read_data
from .job import Arguments, UserError, channel, truth
from .problems import PROBLEMS, problem_of


def settings_parser(description, project):
    """Parser with the arguments of every script that fits estimators; a hyperparameter has the type of its default."""
    parser = Arguments(description=description)
    parser.add_argument('--problem_type', '--problem-type', choices=list(PROBLEMS), default='binaryClassification')
    parser.add_argument('--positive_label', '--positive-label', help='default: the last value of the domain of the target')
    parser.add_argument('--decision_threshold', '--decision-threshold', type=float, default=0.5)
    parser.add_argument('--seed', type=int, default=0)
    for name, default in project.algorithms.HYPERPARAMETERS.items():
        parser.add_argument(f'--{name}', type=truth if isinstance(default, bool) else type(default), default=default)
    parser.add_argument('--train', default=channel('train'))
    parser.add_argument('--validation', default=channel('validation'))
    return parser


def problem_of_options(project, options):
    return problem_of(options.problem_type, project.schema.target, options.positive_label, options.decision_threshold)


def hyperparameters(project, options, changed=None):
    """What an algorithm is given: the seed and the project's hyperparameters, some of them changed."""
    values = {name: getattr(options, name) for name in project.algorithms.HYPERPARAMETERS}
    return SimpleNamespace(seed=options.seed, **{**values, **(changed or {})})


def load(folder, project, problem):
    """Matrix and target of a split."""
    schema = project.schema
    try:
        frame = read_data(folder, [*schema.feature_names, schema.target['name']]).to_pandas(date_as_object=False)
        return project.features.of_frame(frame), problem.encode(frame[schema.target['name']])
    except UserError as error:
        raise error if str(folder) in str(error) else UserError(f'{folder}: {error}') from error


def joined(*splits):
    """Matrix and target of several splits together."""
    return np.concatenate([matrix for matrix, _ in splits]), np.concatenate([target for _, target in splits])
