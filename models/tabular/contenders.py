"""The models that are measured on the test rows: each with its own schema, transforms and problem, as its artifact holds them."""

import time
from pathlib import Path

import joblib
import sklearn

from .files import read_json, unpack_model
from .job import UserError
from .problems import described_problem, predict
from .project import Project


class Contender:
    """One artifact and its predictions on the test rows.

    `role`: candidate, baseline or champion. `source`: folder with its `model.tar.gz`. `work`: folder to unpack it into.
    """

    def __init__(self, role, source, work, test):
        self.role = role
        archive = Path(source, 'model.tar.gz')
        if not archive.is_file():
            raise UserError(f'{role}: {source} holds no model.tar.gz')
        self.bytes = archive.stat().st_size
        folder = unpack_model(source, Path(work, role))
        self.metadata = read_json(folder / 'metadata.json')
        made_with = self.metadata['environment']['packages']['scikit-learn']
        if made_with != sklearn.__version__:
            raise UserError(f'{role}: was made with scikit-learn {made_with}, this job has {sklearn.__version__}; it cannot be compared in this image')
        # An earlier model has an earlier schema and earlier transforms: it is fed by its own.
        project = Project(folder, folder / 'code')
        self.schema, self.features = project.schema, project.features
        missing = [name for name in self.schema.feature_names if name not in test.columns]
        if missing:
            raise UserError(f'{role}: needs the columns {", ".join(missing)}, which the data no longer has')
        self.problem = described_problem(self.metadata['problem'], self.schema.target)
        # Where pickles refer to the project's own classes, they find them under this name.
        _ = project.algorithms
        self.estimator = joblib.load(folder / 'model.joblib')
        started = time.perf_counter()
        try:
            self.prediction = predict(self.problem, self.estimator, self.features.of_frame(test))
        except RuntimeError as error:
            raise UserError(f'{role}: {error}') from error
        self.seconds = time.perf_counter() - started

    def cost(self):
        """What the model costs beside its quality."""
        return {'fitSeconds': self.metadata['fitSeconds'], 'scoreSeconds': round(self.seconds, 4), 'modelBytes': self.bytes, 'trainRows': self.metadata['trainRows']}
