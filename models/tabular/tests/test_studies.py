"""Each study finds what it is for, and nothing where there is nothing; for every problem type."""

import json
import tarfile
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from tabular import inference, job, studies, studies_change, studies_data, studies_model, studies_serving
from tabular.features import InvalidInput
from tabular.files import write_parquet
from tabular.problems import problem_of
from tabular.project import Project
from tabular.train import save

GOOD = '''
from tabular.estimators import BOOSTING, boosting, linear
HYPERPARAMETERS = {**BOOSTING, 'max_iter': 10, 'max_leaf_nodes': 6, 'min_samples_leaf': 5}
def candidate(features, options):
    return boosting(features, options, regression=REGRESSION)
def baseline(features, options):
    return linear(features, options, regression=REGRESSION)
'''
DUMB = '''
from sklearn.dummy import DummyClassifier
def candidate(features, options):
    return DummyClassifier()
'''
UNSTABLE = '''
from sklearn.linear_model import LogisticRegression
class Unstable(LogisticRegression):
    def fit(self, matrix, target):
        return super().fit(np.nan_to_num(matrix), target)
    def predict_proba(self, matrix):
        clean = super().predict_proba(np.nan_to_num(np.clip(matrix, -1e6, 1e6)))
        return np.where(np.isnan(matrix).any(axis=1)[:, None], np.nan, clean)
def candidate(features, options):
    return Unstable()
'''
NEIGHBOURLY = '''
from sklearn.linear_model import LogisticRegression
class Neighbourly(LogisticRegression):
    def predict_proba(self, matrix):
        return super().predict_proba(np.nan_to_num(matrix) - np.nan_to_num(matrix).mean(axis=0))
def candidate(features, options):
    return Neighbourly()
'''
UNSEEDED = '''
from sklearn.ensemble import ExtraTreesClassifier
def candidate(features, options):
    return ExtraTreesClassifier(n_estimators=5, max_depth=3)
'''
TARGETS = {
    'binaryClassification': {'name': 'y', 'type': 'integer', 'domain': [0, 1]},
    'multiclassClassification': {'name': 'y', 'type': 'string', 'domain': ['a', 'b', 'c']},
    'regression': {'name': 'y', 'type': 'number'},
}


def schema_of(problem_type, order=True):
    return {
        'version': '1',
        'recordId': {'name': 'id', 'type': 'integer'},
        'target': TARGETS[problem_type],
        **({'order': {'name': 'year', 'type': 'integer'}} if order else {}),
        'features': [
            {'name': 'size', 'type': 'number', 'minimum': 0, 'maximum': 10},
            {'name': 'kind', 'type': 'string', 'domain': ['u', 'v', 'w']},
            {'name': 'noise', 'type': 'number', 'minimum': 0, 'maximum': 1},
            {'name': 'extra', 'type': 'number', 'nullable': True},
        ],
    }


def rows(problem_type, count=2100, seed=3, flip_from=None):
    """Rows of three years. `flip_from`: the year from which the opposite is true."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        'id': np.arange(count), 'year': 2020 + np.arange(count) % 3, 'size': random.random(count) * 10, 'kind': random.choice(['u', 'v', 'w'], count),
        'noise': random.random(count), 'extra': np.where(random.random(count) < 0.1, np.nan, random.random(count)),
    })
    score = frame['size'] + 2 * (frame['kind'] == 'v') + random.normal(0, 1.5, count)
    if flip_from is not None:
        score = np.where(frame['year'] >= flip_from, 11 - score, score)
    cut = np.quantile(score, [1 / 3, 2 / 3])
    frame['y'] = {
        'binaryClassification': lambda: (score > np.median(score)).astype(int), 'multiclassClassification': lambda: np.array(['a', 'b', 'c'])[np.searchsorted(cut, score)],
        'regression': lambda: np.asarray(score) + 5.0,
    }[problem_type]()
    return frame


class World:
    """A small project with its rows and a trained candidate, in a folder of its own."""

    def __init__(self, problem_type='binaryClassification', algorithms='', frame=None, order=True, **options):
        self.temporary = tempfile.TemporaryDirectory()
        folder = Path(self.temporary.name)
        project_folder = folder / 'project'
        project_folder.mkdir()
        (project_folder / 'schema.json').write_text(json.dumps(schema_of(problem_type, order)), encoding='utf-8')
        (project_folder / 'algorithms.py').write_text(f'import numpy as np\nREGRESSION = {problem_type == "regression"}\n{GOOD}{algorithms}', encoding='utf-8')
        project = Project(project_folder)
        frame = rows(problem_type) if frame is None else frame
        cuts = [0, int(0.6 * len(frame)), int(0.8 * len(frame)), len(frame)]
        for name, start, end in zip(('train', 'validation', 'test'), cuts, cuts[1:]):
            write_parquet(frame.iloc[start:end], folder / name)
        settings = {'seed': 1, **project.algorithms.HYPERPARAMETERS}
        problem = problem_of(problem_type, project.schema.target)
        train = frame.iloc[: int(0.6 * len(frame))]
        target = problem.encode(train['y'])
        estimator = project.algorithms.candidate(project.features, SimpleNamespace(**settings)).fit(project.features.of_frame(train), target)
        metadata = {
            'problem': problem.description, 'schemaVersion': '1', 'features': project.schema.feature_names, 'columns': project.features.names, 'hyperparameters': settings,
            'trivial': problem.trivial(target), 'trainRows': len(train), 'fitSeconds': 0.1, 'environment': job.environment(),
        }
        save(estimator, metadata, project, folder / 'saved')
        (folder / 'model').mkdir()
        with tarfile.open(folder / 'model' / 'model.tar.gz', 'w:gz') as archive:
            archive.add(folder / 'saved', arcname='.')
        options = {'seed': 7, 'rows': 600, 'drops': 2, 'maximum_loss': 0.05, 'maximum_age_days': None, **options}
        places = {name: str(folder / name) for name in ('train', 'validation', 'test', 'model')}
        self.subject = studies.Subject(project, SimpleNamespace(**places, **options), folder / 'work')

    def __enter__(self):
        return self.subject

    def __exit__(self, *_):
        self.temporary.cleanup()


def setUpModule():
    threadpool_limits(limits=1)


class TestSoundModels(unittest.TestCase):
    def test_every_study_of_every_problem_type_measures_and_finds_nothing_wrong(self):
        for problem_type in TARGETS:
            with self.subTest(problem_type), World(problem_type) as subject:
                findings = {name: studies.timed(name, make, subject) for name, make in studies.STUDIES.items()}
                self.assertEqual({finding['status'] for finding in findings.values()}, {'measured'}, findings)
                for name in ('specification', 'stability', 'schema', 'record', 'reproducibility', 'invariance', 'newFeature'):
                    self.assertEqual(findings[name]['value'], 0, findings[name])
                self.assertLessEqual(findings['parity']['value'], 1e-9)
                self.assertLess(findings['staleness']['value'], 0.2)
                self.assertIn('size', findings['importance']['explanation'])
                json.dumps(findings, allow_nan=False)

    def test_the_same_seed_gives_the_same_findings(self):
        with World() as subject:
            first, second = (studies_data.importance(subject) for _ in range(2))
            self.assertEqual(first, second)


class TestFaults(unittest.TestCase):
    def test_an_algorithm_that_learns_nothing_breaks_its_specification(self):
        with World(algorithms=DUMB) as subject:
            finding = studies_model.specification(subject)
            self.assertEqual(finding['value'], 1)
            self.assertIn('candidate: the loss stays at', finding['explanation'])

    def test_missing_input_that_gives_no_number_is_unstable(self):
        with World(algorithms=UNSTABLE, frame=rows('binaryClassification').fillna({'extra': 0.5})) as subject:
            finding = studies_model.stability(subject)
            self.assertGreater(finding['value'], 0)
            self.assertGreater(finding['details']['counts']['strange']['bad'], 0)

    def test_a_prediction_that_depends_on_its_neighbours_shows(self):
        with World(algorithms=NEIGHBOURLY, frame=rows('binaryClassification').fillna({'extra': 0.5})) as subject:
            finding = studies_model.invariance(subject)
            self.assertGreater(finding['value'], 1e-6)
            self.assertIn('half of the rows', finding['explanation'])

    def test_a_fit_without_seed_is_not_reproducible(self):
        with World(algorithms=UNSEEDED, frame=rows('binaryClassification').fillna({'extra': 0.5})) as subject:
            self.assertGreater(studies_model.reproducibility(subject)['value'], 1e-6)

    def test_an_endpoint_that_says_something_else_has_no_parity(self):
        answers = inference.Model.predict
        with World() as subject, patch.object(inference.Model, 'predict', lambda model, records: [{**one, 'probability': one['probability'] + 1e-6} for one in answers(model, records)]):
            self.assertAlmostEqual(studies_serving.parity(subject)['value'], 1e-6, 9)

    def test_an_artifact_with_other_code_has_no_parity(self):
        with World() as subject:
            (subject.folder / 'code' / 'tabular' / 'features.py').write_text('', encoding='utf-8')
            finding = studies.timed('parity', studies_serving.parity, subject)
            self.assertEqual(finding['status'], 'notMeasured')
            self.assertIn('other code than this job: features.py', finding['explanation'])

    def test_faulty_records_that_are_answered_break_the_schema(self):
        with World() as subject, patch.object(studies_serving, 'answer', side_effect=lambda model, records: {'predictions': [{'probability': 0.5, 'label': 1}] * len(records)}):
            finding = studies_serving.schema(subject)
            self.assertIn('was answered', finding['explanation'])
            # Four features without a value and of another type, one of them outside its domain.
            self.assertEqual(finding['value'], 9)

    def test_test_rows_that_are_refused_break_the_schema(self):
        def refuse(_self, _records):
            raise InvalidInput('records[0].kind', 'is wrong')
        with World() as subject, patch('tabular.features.Features.of_records', refuse):
            self.assertEqual(studies_serving.schema(subject)['value'], 200)

    def test_answers_without_the_package_lack_a_member_of_the_record(self):
        with World() as subject, patch.dict(inference.WRITERS, {inference.JSON: lambda predictions: json.dumps({'predictions': predictions})}):
            finding = studies_serving.record(subject)
            self.assertEqual((finding['value'], finding['explanation']), (1, 'the answers do not provide modelPackageArn'))

    def test_a_study_that_breaks_did_not_measure(self):
        with World() as subject:
            finding = studies.timed('x', lambda _: 1 / 0, subject)
            self.assertEqual((finding['status'], finding['explanation']), ('notMeasured', 'ZeroDivisionError: division by zero'))


FIRST_COLUMNS = '''
from sklearn.linear_model import LogisticRegression
class FirstColumns(LogisticRegression):
    def fit(self, matrix, target):
        return super().fit(np.nan_to_num(matrix[:, :3]), target)
    def predict_proba(self, matrix):
        return super().predict_proba(np.nan_to_num(matrix[:, :3]))
def candidate(features, options):
    return FirstColumns()
'''


class TestNewFeature(unittest.TestCase):
    def test_a_candidate_that_sees_certain_columns_only_misses_a_new_one(self):
        with World() as subject:
            (subject.project.folder / 'algorithms.py').write_text(f'import numpy as np\nREGRESSION = False\n{GOOD}{FIRST_COLUMNS}', encoding='utf-8')
            finding = studies_change.new_feature(subject)
            self.assertEqual(1, finding['value'], finding)
            self.assertEqual('the candidate does not use the new column', finding['explanation'])

    def test_an_endpoint_that_answers_without_the_new_feature_misses_it(self):
        with World() as subject, patch.object(studies_change, 'answer', side_effect=lambda model, records: {'predictions': [{'probability': 0.5, 'label': 1}] * len(records)}):
            explanation = studies_change.new_feature(subject)['explanation']
            self.assertIn('the endpoint answers something else than the candidate', explanation)
            self.assertIn('the endpoint answers a record without the new column', explanation)

    def test_a_name_that_is_taken_is_not_taken_again(self):
        columns = SimpleNamespace(columns=[{'name': 'new_feature'}, {'name': 'x'}])
        self.assertEqual('new_feature_', studies_change.free_name(columns))


class TestStaleness(unittest.TestCase):
    def test_tells_the_age_from_which_the_world_is_another(self):
        with World(frame=rows('binaryClassification', flip_from=2022)) as subject:
            finding = studies_data.staleness(subject)
            self.assertGreater(finding['value'], 0.3)
            self.assertEqual(finding['details']['ageLimitDays'], 365.25)
            self.assertTrue(finding['details']['ageLimitReached'])

    def test_looks_no_further_than_the_age_that_is_asked_for(self):
        with World(frame=rows('binaryClassification', flip_from=2022), maximum_age_days=400) as subject:
            self.assertLess(studies_data.staleness(subject)['value'], 0.05)

    def test_is_not_applicable_without_an_order_or_with_one_period_or_too_few_rows(self):
        frame = rows('binaryClassification')
        for reason, world in (('no order', {'order': False}), ('1 period', {'frame': frame[frame['year'] == 2020]}), ('400 are needed', {'frame': frame[:600]})):
            with self.subTest(reason), World(**world) as subject:
                finding = studies_data.staleness(subject)
                self.assertEqual(finding['status'], 'notApplicable')
                self.assertIn(reason, finding['explanation'])

    def test_periods_of_many_moments_hold_equal_numbers_of_rows(self):
        number, days = studies_data.periods_of(np.arange(1000) * studies_data.DAY, {'type': 'timestamp'})
        self.assertEqual(np.bincount(number).tolist(), [200] * 5)
        self.assertEqual([round(day) for day in days], [0, 200, 400, 600, 800])

    def test_an_order_that_is_no_time_has_no_days(self):
        self.assertIsNone(studies_data.periods_of(np.array([1.0, 2.0, 3.0]), {'type': 'integer'})[1])


class TestFeatures(unittest.TestCase):
    def test_a_feature_that_the_model_does_not_use_is_counted(self):
        with World() as subject:
            finding = studies_data.importance(subject)
            self.assertGreater(finding['details']['lossWhenPermuted']['size'], 0.2)
            self.assertLess(finding['details']['lossWhenPermuted']['noise'], 0.02)

    def test_the_least_important_features_are_left_out_one_at_a_time(self):
        with World() as subject:
            studies_data.importance(subject)
            finding = studies_data.drop_one(subject)
            self.assertEqual(set(finding['details']['gainWithout']), {'noise', 'extra'})
            self.assertLess(abs(finding['value']), 0.05)

    def test_without_importances_nothing_is_left_out(self):
        with World(drops=0) as subject:
            self.assertEqual(studies_data.drop_one(subject)['status'], 'notApplicable')


if __name__ == '__main__':
    unittest.main()
