"""Processing step: the project's own tests, in the very image that trains, on the very code that is released.

    python test.py --output OUT        writes OUT/tests.json

Runs `tests/test_*.py` beside the script with unittest, which every container has. The step measures and does not judge: it ends well whatever the tests
say, and the model gate reads the report. A project that wants another runner writes a report of the same form.

What makes features is `transforms.py` and the package's `features.py`: the report says of every test whether it called a function of theirs.
"""

import os
import sys
import time
import traceback
import unittest
from pathlib import Path

from .files import write_json
from .job import Arguments, Usage, environment, report, run_job
from .project import TRANSFORMS

PACKAGE = Path(__file__).resolve().parent
FOLDER = 'tests'
REPORT = 'tests.json'
# Longest message of a test, and greatest number of tests in the report; failed ones come first. The counts are of all.
MESSAGE_LIMIT, TESTS_LIMIT = 500, 1000
PASSED, FAILED, SKIPPED = 'passed', 'failed', 'skipped'


class FeatureCalls:
    """Trace function that tells whether a function of the files that make features was called."""

    def __init__(self, folder):
        self.files = {os.path.realpath(path) for path in (folder / f'{TRANSFORMS}.py', folder / PACKAGE.name / 'features.py', PACKAGE / 'features.py')}
        self.known = {}
        self.called = False

    def __call__(self, frame, event, _):
        code = frame.f_code
        if not self.called and code.co_name != '<module>':
            name = code.co_filename
            if name not in self.known:
                self.known[name] = os.path.realpath(name) in self.files
            self.called = self.known[name]


class Findings(unittest.TestResult):
    """What every test said. A part of a test that fails (`subTest`) fails the test."""

    def __init__(self, calls):
        super().__init__()
        self.calls = calls
        self.tests = []
        self.current = None

    def startTest(self, test):
        super().startTest(test)
        self.current = {'name': test.id(), 'outcome': PASSED, 'messages': [], 'started': time.perf_counter()}
        self.calls.called = False

    def stopTest(self, test):
        super().stopTest(test)
        entry, self.current = self.current, None
        self.tests.append({
            'name': entry['name'],
            'outcome': entry['outcome'],
            'seconds': round(time.perf_counter() - entry['started'], 3),
            'features': self.calls.called,
            **({'message': shortened('; '.join(entry['messages']))} if entry['messages'] else {}),
        })
        print(f'{entry["outcome"]:7} {entry["name"]}', flush=True)

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._failed(subtest, err)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._record(FAILED, 'passes, and is marked as expected to fail')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if self.current is None:
            self._outside(test, SKIPPED, reason)
        elif self.current['outcome'] != FAILED:
            self._record(SKIPPED, reason)

    def _failed(self, test, err):
        print(''.join(traceback.format_exception(*err)), file=sys.stderr, flush=True)
        message = plain(err)
        if self.current is None:
            self._outside(test, FAILED, message)
        else:
            part = test.id().removeprefix(self.current['name']).strip()
            self._record(FAILED, f'{part} {message}'.strip())

    def _record(self, outcome, message):
        self.current['outcome'] = outcome
        self.current['messages'].append(message)

    def _outside(self, test, outcome, message):
        """Setting up a class or a module is no test, and without it none of its tests ran."""
        self.tests.append({'name': test.id(), 'outcome': outcome, 'seconds': 0.0, 'features': False, 'message': shortened(message)})
        print(f'{outcome:7} {test.id()}', flush=True)


def plain(err):
    """A failure in one line: what was wrong, and where the test says so."""
    kind, error, trace = err
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if any(line.startswith('Traceback ') for line in lines):
        # A file that could not be imported: unittest puts the whole trace into the message.
        lines = [f'{lines[0]}:', lines[-1]]
    frames = [frame for frame in traceback.extract_tb(trace) if f'{os.sep}{FOLDER}{os.sep}' in frame.filename]
    where = f' ({Path(frames[-1].filename).name}, line {frames[-1].lineno})' if frames else ''
    return f'{kind.__name__}: {" ".join(lines)}'[:MESSAGE_LIMIT] + where


def shortened(text):
    return text if len(text) <= MESSAGE_LIMIT else f'{text[:MESSAGE_LIMIT - 3]}...'


def run_tests(folder):
    """Every test of a folder's `tests` by itself: name, outcome, seconds, message, whether it called what makes features."""
    folder = Path(folder).resolve()
    if not (folder / FOLDER).is_dir():
        return []
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    suite = unittest.defaultTestLoader.discover(str(folder / FOLDER))
    calls = FeatureCalls(folder)
    findings = Findings(calls)
    sys.settrace(calls)
    try:
        suite.run(findings)
    finally:
        sys.settrace(None)
    return findings.tests


def write_report(folder, output, usage):
    """Runs the tests of a folder and writes the report; returns it."""
    tests = run_tests(folder)
    count = {outcome: sum(test['outcome'] == outcome for test in tests) for outcome in (PASSED, FAILED, SKIPPED)}
    document = {
        'version': '1',
        'runner': 'unittest',
        **count,
        'features': sum(test['outcome'] == PASSED and test['features'] for test in tests),
        'tests': sorted(tests, key=lambda test: test['outcome'] != FAILED)[:TESTS_LIMIT],
        'environment': environment(),
        'resources': usage.report(),
    }
    write_json(document, output, REPORT)
    report(**{f'tests_{outcome}': number for outcome, number in count.items()})
    return document


def run(script):
    """The step of a project; `script` is the path of its `test.py`."""
    parser = Arguments(description=__doc__)
    parser.add_argument('--output', default='/opt/ml/processing/output/tests')
    run_job(lambda usage: write_report(Path(script).resolve().parent, parser.parse().output, usage))


def main():
    """The tests of any folder; ends with 1 where one failed or none ran."""
    parser = Arguments(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('--output', required=True)
    options = parser.parse()
    found = write_report(options.folder, options.output, Usage())
    sys.exit(0 if found[PASSED] > 0 and found[FAILED] == 0 else 1)


if __name__ == '__main__':
    main()
