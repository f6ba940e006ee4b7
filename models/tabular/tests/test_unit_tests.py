"""What the runner says of a project's tests, and that the tests which every project inherits find what they are for."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.support import write_project

from tabular.project import Project
from tabular.testing import FeatureTests, RowTests

PACKAGES = str(Path(__file__).resolve().parents[2])
INHERITED = '''
import unittest
from pathlib import Path
from tabular.project import Project
from tabular.testing import FeatureTests, RowTests

PROJECT = Project(Path(__file__).resolve().parents[1])


class RowsTest(RowTests, unittest.TestCase):
    project = PROJECT


class FeaturesTest(FeatureTests, unittest.TestCase):
    project = PROJECT
'''
EVERY_OUTCOME = '''
import unittest
import transforms


class SomeTest(unittest.TestCase):
    def test_passes(self):
        self.assertEqual({}, transforms.derive({}))

    def test_passes_without_features(self):
        self.assertTrue(True)

    def test_fails(self):
        self.assertEqual(1, 2, 'one is two')

    def test_breaks(self):
        raise RuntimeError('gone\\n\\nfor good')

    def test_parts(self):
        for part in (1, 2, 3):
            with self.subTest(part=part):
                self.assertNotEqual(part, 2)

    @unittest.skip('not today')
    def test_is_skipped(self):
        pass

    @unittest.expectedFailure
    def test_fails_as_expected(self):
        self.fail()

    @unittest.expectedFailure
    def test_should_have_failed(self):
        pass


class WithoutGroundTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise ValueError('no ground')

    def test_never_runs(self):
        pass
'''
NOTHING_DERIVED = 'def derive(columns):\n    return {}\n'


def report_of(files, transforms=NOTHING_DERIVED):
    """Exit code and report of a project with these files in its folder of tests."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(write_project(folder, 'binaryClassification', transforms=transforms))
        for name, text in files.items():
            (project / 'tests').mkdir(exist_ok=True)
            (project / 'tests' / name).write_text(text, encoding='utf-8')
        command = [sys.executable, '-m', 'tabular.unit_tests', str(project), '--output', str(project / 'out')]
        finished = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, 'PYTHONPATH': PACKAGES})
        report = project / 'out' / 'tests.json'
        return finished.returncode, json.loads(report.read_text(encoding='utf-8')) if report.is_file() else finished.stderr


class RunnerTest(unittest.TestCase):
    def test_counts_every_outcome_and_says_in_plain_words_what_failed(self):
        code, report = report_of({'test_some.py': EVERY_OUTCOME})
        self.assertEqual(1, code)
        self.assertEqual({'passed': 3, 'failed': 5, 'skipped': 1}, {name: report[name] for name in ('passed', 'failed', 'skipped')})
        messages = {test['name'].split('.')[-1]: test.get('message') for test in report['tests']}
        self.assertEqual('AssertionError: 1 != 2 : one is two (test_some.py, line 14)', messages['test_fails'])
        self.assertEqual('RuntimeError: gone for good (test_some.py, line 17)', messages['test_breaks'])
        self.assertEqual('(part=2) AssertionError: 2 == 2 (test_some.py, line 22)', messages['test_parts'])
        self.assertEqual('passes, and is marked as expected to fail', messages['test_should_have_failed'])
        self.assertEqual('not today', messages['test_is_skipped'])
        self.assertIn('ValueError: no ground', [test.get('message', '').split(' (')[0] for test in report['tests'] if 'setUpClass' in test['name']])

    def test_failed_ones_come_first(self):
        _, report = report_of({'test_some.py': EVERY_OUTCOME})
        self.assertEqual(['failed'] * 5, [test['outcome'] for test in report['tests'][:5]])

    def test_tells_which_tests_call_what_makes_features(self):
        _, report = report_of({'test_some.py': EVERY_OUTCOME})
        self.assertEqual(['test_passes'], [test['name'].split('.')[-1] for test in report['tests'] if test['features']])
        self.assertEqual(1, report['features'])

    def test_a_file_that_cannot_be_imported_has_failed(self):
        code, report = report_of({'test_some.py': 'import nothing_of_that_name'})
        self.assertEqual((1, 1), (code, report['failed']))
        self.assertIn("No module named 'nothing_of_that_name'", report['tests'][0]['message'])

    def test_no_test_is_no_success(self):
        for files in ({}, {'test_some.py': 'def test_of_another_runner():\n    assert True\n'}):
            with self.subTest(files):
                code, report = report_of(files)
                self.assertEqual((1, 0, 0), (code, report['passed'], report['failed']))

    def test_a_long_message_is_cut(self):
        _, report = report_of({'test_some.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.fail("x" * 5000)\n'})
        self.assertEqual(500, len(report['tests'][0]['message']))


class InheritedTest(unittest.TestCase):
    def failed(self, transforms):
        _, report = report_of({'test_project.py': INHERITED}, transforms)
        return {test['name'].split('.')[-1] for test in report['tests'] if test['outcome'] == 'failed'}, report

    def test_sound_features_pass_and_are_called(self):
        failed, report = self.failed("def derive(columns):\n    return {'density': columns['people'] / columns['rooms']}\n")
        self.assertEqual(set(), failed, report)
        self.assertEqual(len([test for test in report['tests'] if 'FeaturesTest' in test['name']]), report['features'])

    def test_a_feature_that_looks_at_other_rows_fails(self):
        failed, _ = self.failed("def derive(columns):\n    return {'above': columns['people'] - columns['people'].mean()}\n")
        self.assertIn('test_each_row_is_transformed_by_itself', failed)

    def test_a_feature_that_depends_on_the_place_of_the_row_fails(self):
        failed, _ = self.failed("import numpy as np\ndef derive(columns):\n    return {'place': np.arange(len(columns['people']))}\n")
        self.assertIn('test_the_order_of_rows_does_not_matter', failed)

    def test_a_feature_that_counts_its_calls_fails(self):
        failed, _ = self.failed("CALLS = []\ndef derive(columns):\n    CALLS.append(1)\n    return {'calls': columns['people'] * 0 + len(CALLS)}\n")
        self.assertIn('test_making_the_matrix_again_gives_the_same_and_leaves_the_rows_as_they_were', failed)

    def test_a_feature_that_fills_what_is_missing_in_place_fails(self):
        failed, _ = self.failed("import numpy as np\ndef derive(columns):\n    columns['rooms'][np.isnan(columns['rooms'])] = 0\n    return {}\n")
        self.assertIn('test_a_missing_value_is_missing_in_the_matrix', failed)


class OfEveryProblemTypeTest(unittest.TestCase):
    def test_projects_of_every_problem_type_pass_what_is_inherited(self):
        for problem_type in ('binaryClassification', 'multiclassClassification', 'regression'):
            with self.subTest(problem_type), tempfile.TemporaryDirectory() as folder:
                project = Project(write_project(folder, problem_type))
                suite = unittest.TestSuite()
                for base in (RowTests, FeatureTests):
                    suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(type('Test', (base, unittest.TestCase), {'project': project})))
                result = suite.run(unittest.TestResult())
                self.assertEqual([], [text for _, text in result.failures + result.errors])
                self.assertGreaterEqual(result.testsRun, 14)


if __name__ == '__main__':
    unittest.main()
