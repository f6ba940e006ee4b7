import tempfile
import unittest
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from tests.support import PROJECT, SAMPLE, call, pipeline

from features import Schema
from job import UserError
from prepare import clean, split

SCHEMA = Schema.load(PROJECT)
ROWS = pq.read_table(SAMPLE).slice(0, 400).to_pandas()


class SplitTest(unittest.TestCase):
    def test_shares_are_sixty_twenty_twenty(self):
        sides = split(pd.DataFrame({'id': range(20_000)}), 'id', 1)
        shares = {name: np.mean(sides == name) for name in ('train', 'validation', 'test')}
        for name, expected in (('train', 0.6), ('validation', 0.2), ('test', 0.2)):
            self.assertAlmostEqual(expected, shares[name], delta=0.01)

    def test_a_row_keeps_its_side_when_more_data_arrives(self):
        few, many = split(pd.DataFrame({'id': range(100)}), 'id', 1), split(pd.DataFrame({'id': range(1000)}), 'id', 1)
        np.testing.assert_array_equal(few, many[:100])

    def test_another_seed_splits_differently(self):
        rows = pd.DataFrame({'id': range(1000)})
        self.assertFalse((split(rows, 'id', 1) == split(rows, 'id', 2)).all())

    def test_a_whole_number_keeps_its_side_whatever_its_width(self):
        narrow, wide = pd.DataFrame({'id': np.arange(500, dtype='int32')}), pd.DataFrame({'id': np.arange(500, dtype='int64')})
        np.testing.assert_array_equal(split(narrow, 'id', 1), split(wide, 'id', 1))


class CleanTest(unittest.TestCase):
    def counts(self, rows):
        return clean(rows, SCHEMA)[1]

    def test_keeps_valid_rows(self):
        kept, counts = clean(ROWS, SCHEMA)
        self.assertEqual({'rows_read': 400, 'rows_invalid': 0, 'rows_repeated': 0}, counts)
        self.assertEqual(400, len(kept))

    def test_drops_rows_that_break_type_range_or_domain(self):
        for name, value in (('AGEP', 15), ('AGEP', 96), ('AGEP', None), ('SEX', '3'), ('SEX', None), ('employed', 2)):
            with self.subTest(name=name, value=value):
                rows = ROWS.astype({name: object})
                rows.loc[3, name] = value
                self.assertEqual(1, self.counts(rows)['rows_invalid'])

    def test_the_last_delivery_of_a_record_counts(self):
        again = ROWS.head(1).assign(AGEP=77)
        kept, counts = clean(pd.concat([ROWS, again], ignore_index=True), SCHEMA)
        self.assertEqual(1, counts['rows_repeated'])
        self.assertEqual([77], kept.loc[kept['id'] == ROWS['id'][0], 'AGEP'].tolist())

    def test_refuses_data_without_a_valid_row(self):
        with self.assertRaisesRegex(UserError, 'no valid row among 400'):
            clean(ROWS.assign(AGEP=500), SCHEMA)


class ScriptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / 'data'
        self.data.mkdir()

    def prepare(self):
        output = self.folder / 'ml' / 'output'
        output.parent.mkdir()
        finished = call('prepare.py', '--data', self.data, '--output', self.folder / 'out', SM_OUTPUT_DIR=str(output))
        failure = output / 'failure'
        return finished, failure.read_text() if failure.exists() else ''

    def test_writes_three_splits_and_prints_their_sizes(self):
        self.assertIn('rows_read=12000;', pipeline().prepared.stdout)
        sizes = [pq.read_table(pipeline().folder / name).num_rows for name in ('train', 'validation', 'test')]
        self.assertEqual(12_000, sum(sizes))

    def test_reads_files_of_several_deliveries_and_ignores_markers(self):
        for year in (2015, 2016):
            delivery = self.data / str(year)
            delivery.mkdir()
            (delivery / '_SUCCESS').touch()
            (delivery / 'part-0.parquet').symlink_to(SAMPLE.with_name(f'employment-{year}.parquet'))
        finished, _ = self.prepare()
        self.assertIn('rows_read=24000;', finished.stdout)

    def test_takes_a_delivery_without_the_nullable_year(self):
        ROWS.drop(columns='year').to_parquet(self.data / 'feedback.parquet')
        finished, failure = self.prepare()
        self.assertEqual(0, finished.returncode, failure)

    def test_a_missing_column_fails_with_its_name(self):
        ROWS.drop(columns='SEX').to_parquet(self.data / 'part-0.parquet')
        finished, failure = self.prepare()
        self.assertEqual(1, finished.returncode)
        self.assertIn('lacks the columns SEX', failure)

    def test_a_folder_without_data_fails(self):
        finished, failure = self.prepare()
        self.assertEqual(1, finished.returncode)
        self.assertIn('holds no data file', failure)

    def test_a_file_without_rows_fails(self):
        ROWS.head(0).to_parquet(self.data / 'part-0.parquet')
        self.assertIn('no row', self.prepare()[1])

    def test_a_file_that_is_no_parquet_fails_with_its_name(self):
        (self.data / 'part-0.parquet').write_text('id,AGEP')
        self.assertIn('part-0.parquet: cannot be read as .parquet', self.prepare()[1])


if __name__ == '__main__':
    unittest.main()
