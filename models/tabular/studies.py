"""Processing step: studies of the model beside its quality. They measure; the model gate judges.

    python study.py --train TRAIN --validation VALIDATION --test TEST --model MODEL --output OUT --seed 7

MODEL is a folder with the candidate's `model.tar.gz`. Writes `studies.json`: by the name of a study its value, one plain sentence and details. Cost is
bounded by samples of rows and a fixed number of fits, so that a study of a large model is no second training.
"""

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import studies_change, studies_data, studies_model, studies_serving
from .contenders import Contender
from .files import read_data, write_json
from .job import Arguments, UserError, report, run_job
from .project import Project

INPUT = '/opt/ml/processing/input'
# By their names in the model check; each takes a Subject and returns a Finding.
STUDIES = {
    'specification': studies_model.specification,
    'stability': studies_model.stability,
    'invariance': studies_model.invariance,
    'reproducibility': studies_model.reproducibility,
    'schema': studies_serving.schema,
    'parity': studies_serving.parity,
    'record': studies_serving.record,
    'staleness': studies_data.staleness,
    'importance': studies_data.importance,
    'dropOne': studies_data.drop_one,
    'newFeature': studies_change.new_feature,
}


class Subject:
    """What is studied: the candidate's artifact, the code that made it, and the rows."""

    def __init__(self, project, options, work):
        self.options = options
        self.project = project
        self.splits = {name: read_data(getattr(options, name)).to_pandas(date_as_object=False) for name in ('train', 'validation', 'test')}
        self.candidate = Contender('candidate', options.model, work, self.splits['test'])
        self.folder = work / 'candidate'
        self.problem = self.candidate.problem
        self.schema = project.schema
        self.features = project.features
        self.importances = {}

    def random(self, study):
        """Random numbers of one study, the same in every run with the same seed."""
        return np.random.default_rng([self.options.seed, *study.encode()])

    def sample(self, split, rows, study):
        """At most so many rows of a split, drawn by the seed."""
        frame = self.splits[split]
        return frame if len(frame) <= rows else frame.iloc[np.sort(self.random(study).choice(len(frame), rows, replace=False))]

    def target(self, frame):
        return self.problem.encode(frame[self.schema.target['name']])

    def fit(self, frame, target, algorithm='candidate'):
        """An estimator as training makes it, with the settings and the seed of the artifact."""
        settings = SimpleNamespace(**self.candidate.metadata['hyperparameters'])
        return getattr(self.project.algorithms, algorithm)(self.features, settings).fit(self.features.of_frame(frame), target)

    def predict(self, estimator, frame):
        """Predictions as they come: what is no number stays what it is."""
        return self.problem.predict(estimator, self.features.of_frame(frame))

    def primary(self, target, prediction):
        """The metric by which models are compared; None where these rows don't tell it."""
        try:
            return self.problem.measure(target, prediction).get(self.problem.primary)
        except ValueError:
            return None

    def loss(self, reference, other):
        """How much worse `other` is: a difference, or for errors a share of the reference's."""
        if self.problem.higher_is_better:
            return reference - other
        return other / reference - 1 if reference > 0 else 0.0 if other == 0 else float('inf')


def run(script):
    """The step of a project; `script` is the path of its `study.py`."""
    run_job(lambda usage: study(Project.of_script(script), usage))


def parse():
    parser = Arguments(description=__doc__)
    for name in ('train', 'validation', 'test', 'model'):
        parser.add_argument(f'--{name}', default=f'{INPUT}/{name}')
    parser.add_argument('--output', default='/opt/ml/processing/output/studies')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--rows', type=int, default=1500, help='greatest number of rows of a fit')
    parser.add_argument('--drops', type=int, default=2, help='number of the least important features that are left out, one at a time')
    parser.add_argument('--maximum-loss', type=float, help='loss beyond which a model counts as stale')
    parser.add_argument('--maximum-age-days', type=float, help='age until which staleness is studied; default: as far as the rows reach')
    return parser.parse()


def study(project, usage):
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(project, options, Path(folder))
        findings = {name: timed(name, make, subject) for name, make in STUDIES.items()}
    write_json({'version': '1', 'studies': findings, 'resources': usage.report()}, options.output, 'studies.json')
    report(**{f'study_{name}': finding['value'] for name, finding in findings.items() if 'value' in finding})


def timed(name, make, subject):
    """The finding of one study with the processor seconds that it took. A study that breaks did not measure, and says why; the others still do."""
    started = time.process_time()
    try:
        finding = make(subject)
    except UserError as error:
        finding = not_measured(str(error))
    except Exception as error:  # pylint: disable=broad-exception-caught
        finding = not_measured(f'{type(error).__name__}: {error}')
    return {**finding, 'seconds': round(time.process_time() - started, 3)}


def not_measured(explanation):
    return {'status': 'notMeasured', 'explanation': explanation}
