import unittest

import numpy as np
import pandas as pd

from tests.support import pipeline, rows_of, schema_of

from tabular.folds import folds
from tabular.job import UserError
from tabular.schema import Schema
from tabular.split import ORDER, RECORD_ID

SCHEMA = Schema(schema_of('regression'))


class FoldsTest(unittest.TestCase):
    def setUp(self):
        self.rows = rows_of('regression', 203).sample(frac=1, random_state=0, ignore_index=True)

    def of(self, count=4, seed=1, by=RECORD_ID, entity=None):
        return folds(self.rows, SCHEMA, count, seed, by, entity)

    def test_by_record_every_row_measures_once_folds_are_equal_and_the_seed_decides(self):
        found = self.of()
        self.assertEqual([51, 51, 51, 50], [measures.sum() for _, measures in found])
        self.assertTrue(np.all(sum(measures.astype(int) for _, measures in found) == 1))
        self.assertTrue(all(np.array_equal(fits, ~measures) for fits, measures in found))
        np.testing.assert_array_equal(found, self.of())
        self.assertFalse(np.array_equal(found, self.of(seed=2)))

    def test_no_entity_fits_and_measures(self):
        for by in (RECORD_ID, ORDER):
            for fits, measures in self.of(by=by, entity='owner'):
                self.assertFalse(set(self.rows['owner'][fits]) & set(self.rows['owner'][measures]))

    def test_by_entity_every_row_measures_once_and_folds_are_about_equal(self):
        found = self.of(entity='owner')
        self.assertTrue(np.all(sum(measures.astype(int) for _, measures in found) == 1))
        sizes = [measures.sum() for _, measures in found]
        self.assertLessEqual(max(sizes) - min(sizes), self.rows['owner'].value_counts().max())

    def test_rows_without_an_entity_stay_together(self):
        self.rows['owner'] = self.rows['owner'].astype('Int64').mask(self.rows.index < 30)
        self.assertEqual(1, sum(bool(measures[:30].any()) for _, measures in self.of(entity='owner')))

    def test_by_order_whatever_fits_is_older_than_whatever_measures(self):
        found = self.of(by=ORDER)
        self.assertEqual(4, len(found))
        for fits, measures in found:
            self.assertLess(self.rows['time'][fits].max(), self.rows['time'][measures].min())
        self.assertEqual(sorted(fits.sum() for fits, _ in found), [fits.sum() for fits, _ in found])
        self.assertEqual(self.rows['time'].max(), self.rows['time'][found[-1][1]].max())

    def test_by_order_rows_of_one_time_stay_together(self):
        self.rows['time'] = self.rows['time'].dt.floor('2D')
        for fits, measures in self.of(count=2, by=ORDER):
            self.assertFalse(set(self.rows['time'][fits]) & set(self.rows['time'][measures]))

    def test_by_order_an_entity_stands_where_its_newest_row_stands(self):
        newest = self.rows.groupby('owner')['time'].transform('max')
        for fits, measures in self.of(by=ORDER, entity='owner'):
            self.assertLess(newest[fits].max(), newest[measures].min())

    def test_refuses_what_cannot_be_cut(self):
        with self.assertRaisesRegex(UserError, 'owner has 2 values'):
            folds(self.rows.assign(owner=self.rows.index % 2), SCHEMA, 3, 0, RECORD_ID, 'owner')
        with self.assertRaisesRegex(UserError, 'the 2 values of time .* cannot be cut into 4 periods'):
            folds(self.rows.assign(time=pd.Timestamp('2024-01-01') + pd.to_timedelta(self.rows.index % 2, unit='D')), SCHEMA, 3, 0, ORDER)
        with self.assertRaisesRegex(UserError, 'no column "order"'):
            folds(self.rows, Schema({**schema_of('regression'), 'order': None}), 3, 0, ORDER)


class LeakageTest(unittest.TestCase):
    """A feature that names the entity tells nothing of an entity that was never seen. Folds that mix the rows of an entity call it a good one."""

    @classmethod
    def setUpClass(cls):
        run = pipeline('regression')
        cls.found = {}
        places = ['--train', run.folder / 'leak' / 'train', '--validation', run.folder / 'leak' / 'validation']
        random = np.random.default_rng(0)
        rows = rows_of('regression', 600)
        owner = np.arange(600) // 6
        # The answer is a property of the owner, and "rooms" is another way to write the owner.
        rows = rows.assign(owner=owner, rooms=owner / 10.0, built=pd.to_datetime(rows['built']).dt.date, answer=random.permutation(100)[owner].astype(float))
        for name, part in (('train', rows[rows.index % 4 > 0]), ('validation', rows[rows.index % 4 == 0])):
            (run.folder / 'leak' / name).mkdir(parents=True, exist_ok=True)
            part.to_parquet(run.folder / 'leak' / name / 'part-0.parquet')
        for name, split in (('mixed', []), ('grouped', ['--entity', 'owner']), ('ordered', ['--split-by', 'order', '--entity', 'owner'])):
            space = ['--space', 'max_leaf_nodes=[31]', '--trials', 2, '--max_iter', 60, '--min_samples_leaf', 3, '--folds', 4]
            run.call('tune', *places, '--output', run.folder / name, *run.problem, *space, *split)
            cls.found[name] = run.json(f'{name}/best-parameters.json')
        cls.spread = rows['answer'].std()

    def test_folds_by_entity_and_by_order_see_that_nothing_was_learned(self):
        self.assertLess(self.found['mixed']['value'], 0.6 * self.spread)
        self.assertGreater(self.found['grouped']['value'], 0.9 * self.spread)
        self.assertGreater(self.found['ordered']['value'], 0.9 * self.spread)

    def test_the_record_says_how_the_folds_were_cut(self):
        self.assertEqual({'by': 'order', 'entity': 'owner'}, self.found['ordered']['split'])


if __name__ == '__main__':
    unittest.main()
