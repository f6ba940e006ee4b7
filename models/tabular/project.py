"""A model project as the jobs see it: a folder with the schema of the data and the project's own modules."""

import functools
import importlib.util
import sys
from pathlib import Path

from .features import Features
from .job import UserError
from .schema import Schema

# Modules of a project that models and endpoints may need; scripts of jobs are none of them.
ALGORITHMS, TRANSFORMS = 'algorithms', 'transforms'


class Project:
    """`folder`: where `schema.json` and the modules lie. `code`: where the modules lie instead, as in a model's artifact."""

    def __init__(self, folder, code=None):
        self.folder = Path(folder)
        self.code = self.folder if code is None else Path(code)

    @classmethod
    def of_script(cls, script):
        """The project that a script lies in."""
        return cls(Path(script).resolve().parent)

    @functools.cached_property
    def schema(self):
        return Schema.load(self.folder)

    @functools.cached_property
    def algorithms(self):
        """Module with `HYPERPARAMETERS` (defaults by name), `candidate(features, options)` and `baseline(features, options)`."""
        module = load_module(self.code / f'{ALGORITHMS}.py')
        missing = [name for name in ('HYPERPARAMETERS', 'candidate', 'baseline') if not hasattr(module, name)]
        if missing:
            raise UserError(f'{self.code / ALGORITHMS}.py lacks {", ".join(missing)}')
        return module

    @functools.cached_property
    def derive(self):
        """`derive(columns)` of `transforms.py`; None without the file."""
        path = self.code / f'{TRANSFORMS}.py'
        return load_module(path).derive if path.is_file() else None

    @functools.cached_property
    def features(self):
        return Features(self.schema, self.derive)


def load_module(path):
    """Imports a file under its plain name, which is the name that pickles of its classes refer to."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or not path.is_file():
        raise UserError(f'there is no file {path}')
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
