import tempfile
import unittest
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from tests.support import call, pipeline, rows_of, schema_of, write_project

from tabular.job import UserError
from tabular.prepare import clean
from tabular.schema import Schema
from tabular.split import by_hash, sides

SCHEMA = Schema(schema_of('binaryClassification', features=[*schema_of('regression')['features'], {'name': 'code', 'type': 'string', 'domain': ['A1', 'B2'], 'pattern': '[A-Z][0-9]', 'nullable': True}]))
ROWS = rows_of('binaryClassification', 400).assign(code='A1')


class HashSplitTest(unittest.TestCase):
    def test_shares_are_sixty_twenty_twenty(self):
        split = by_hash(range(20_000), 1)
        for name, expected in (('train', 0.6), ('validation', 0.2), ('test', 0.2)):
            self.assertAlmostEqual(expected, np.mean(split == name), delta=0.01)

    def test_a_row_keeps_its_side_when_more_data_arrives(self):
        np.testing.assert_array_equal(by_hash(range(100), 1), by_hash(range(1000), 1)[:100])

    def test_another_seed_splits_differently(self):
        self.assertFalse((by_hash(range(1000), 1) == by_hash(range(1000), 2)).all())

    def test_a_whole_number_keeps_its_side_whatever_its_width(self):
        ids = [np.arange(500, dtype=kind) for kind in ('int32', 'int64')]
        frames = [ROWS.head(1).loc[np.zeros(500, dtype=int)].assign(id=values) for values in ids]
        np.testing.assert_array_equal(*(sides(frame, SCHEMA, 1) for frame in frames))

    def test_no_entity_is_on_two_sides(self):
        split = sides(ROWS, SCHEMA, 3, entity='owner')
        self.assertEqual(1, pd.Series(split).groupby(ROWS['owner']).nunique().max())
        self.assertEqual({'train', 'validation', 'test'}, set(split))


class OrderSplitTest(unittest.TestCase):
    def test_the_past_trains_and_the_newest_rows_test(self):
        shuffled = ROWS.sample(frac=1, random_state=1)
        split = pd.Series(sides(shuffled, SCHEMA, 0, 'order'), index=shuffled.index)
        times = shuffled['time'].groupby(split)
        self.assertLess(times.max()['train'], times.min()['validation'])
        self.assertLess(times.max()['validation'], times.min()['test'])
        self.assertEqual({'train': 240, 'validation': 80, 'test': 80}, split.value_counts().to_dict())

    def test_equal_times_stay_together(self):
        years = Schema(schema_of('binaryClassification', order={'name': 'year', 'type': 'integer'}))
        frame = ROWS.assign(year=np.repeat([2015, 2016, 2017, 2018], 100))
        split = pd.Series(sides(frame, years, 0, 'order'))
        self.assertEqual({2015: 'train', 2016: 'train', 2017: 'validation', 2018: 'test'}, split.groupby(frame['year'].to_numpy()).agg(lambda side: '/'.join(sorted(set(side)))).to_dict())

    def test_an_entity_goes_where_its_newest_row_goes(self):
        split = pd.Series(sides(ROWS, SCHEMA, 0, 'order', 'owner'))
        self.assertEqual(1, split.groupby(ROWS['owner']).nunique().max())
        self.assertLess(ROWS['time'][split == 'train'].max(), ROWS.loc[split != 'train'].groupby('owner')['time'].max().min())

    def test_refuses_rows_without_a_time_and_too_few_times(self):
        with self.assertRaisesRegex(UserError, '1 of 400 rows have no time'):
            sides(ROWS.assign(time=ROWS['time'].where(ROWS.index > 0)), SCHEMA, 0, 'order')
        with self.assertRaisesRegex(UserError, 'leave no row for the split'):
            sides(ROWS.assign(time=ROWS['time'][0]), SCHEMA, 0, 'order')


class CleanTest(unittest.TestCase):
    def counts(self, rows):
        return clean(rows, SCHEMA)[1]

    def test_keeps_valid_rows(self):
        kept, counts = clean(ROWS, SCHEMA)
        self.assertEqual({'rows_read': 400, 'rows_invalid': 0, 'rows_repeated': 0}, counts)
        self.assertEqual(400, len(kept))

    def test_drops_rows_that_break_type_range_domain_or_form(self):
        wrong = {'people': [-1, 1.5, 'many', None, float('inf')], 'area': ['east', None], 'answer': ['Maybe', None], 'garden': ['perhaps', None], 'built': ['1990-02-30', None], 'time': ['soon'], 'code': ['B3', 'A1x']}
        for name, values in wrong.items():
            for value in values:
                with self.subTest(name=name, value=value):
                    rows = ROWS.astype({name: object})
                    rows.loc[3, name] = value
                    self.assertEqual(1, self.counts(rows)['rows_invalid'])

    def test_keeps_what_is_missing_where_the_schema_allows_it(self):
        kept, _ = clean(ROWS.assign(rooms=None, code=None), SCHEMA)
        self.assertTrue(kept['rooms'].isna().all() and kept['code'].isna().all())

    def test_numbers_truth_values_and_times_may_come_as_text(self):
        text = ROWS.assign(people=ROWS['people'].astype(str), garden=ROWS['garden'].map({True: 'true', False: 'false'}), time=ROWS['time'].astype(str))
        pd.testing.assert_frame_equal(clean(ROWS, SCHEMA)[0], clean(text, SCHEMA)[0], check_dtype=False)

    def test_cleaning_again_changes_nothing(self):
        once = clean(ROWS, SCHEMA)[0]
        pd.testing.assert_frame_equal(once, clean(once, SCHEMA)[0])

    def test_the_last_delivery_of_a_record_counts(self):
        kept, counts = clean(pd.concat([ROWS, ROWS.head(1).assign(people=6)], ignore_index=True), SCHEMA)
        self.assertEqual(1, counts['rows_repeated'])
        self.assertEqual([6], kept.loc[kept['id'] == ROWS['id'][0], 'people'].tolist())

    def test_refuses_data_without_a_valid_row(self):
        with self.assertRaisesRegex(UserError, 'no valid row among 400'):
            clean(ROWS.assign(people=-1), SCHEMA)


class ScriptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.project = write_project(self.folder / 'project', 'binaryClassification', order={'name': 'time', 'type': 'timestamp', 'nullable': True})
        self.data = self.folder / 'data'
        self.data.mkdir()

    def prepare(self, *arguments):
        output = self.folder / 'ml' / 'output'
        output.parent.mkdir(exist_ok=True)
        finished = call(self.project / 'prepare.py', '--data', self.data, '--output', self.folder / 'out', *arguments, SM_OUTPUT_DIR=str(output))
        failure = output / 'failure'
        return finished, failure.read_text() if failure.exists() else ''

    def test_writes_three_splits_and_what_it_used(self):
        self.assertIn('rows_read=900;', pipeline().prepared.stdout)
        sizes = [pq.read_table(pipeline().folder / name).num_rows for name in ('train', 'validation', 'test')]
        self.assertEqual(900, sum(sizes))
        used = pipeline().json('resources/resources.json')
        self.assertGreater(used['peakMemoryBytes'], 10_000_000)
        self.assertGreater(used['wallSeconds'], 0)

    def test_every_format_gives_the_same_rows(self):
        rows = ROWS.drop(columns='code')
        results = []
        for name, write in (('a.parquet', rows.to_parquet), ('a.csv', lambda path: rows.to_csv(path, index=False)), ('a.jsonl', lambda path: rows.to_json(path, orient='records', lines=True, date_format='iso'))):
            write(self.data / name)
            finished, failure = self.prepare()
            self.assertEqual(0, finished.returncode, f'{name}: {failure}')
            results.append(pq.read_table(self.folder / 'out' / 'train').to_pandas())
            (self.data / name).unlink()
        pd.testing.assert_frame_equal(results[0], results[1])
        pd.testing.assert_frame_equal(results[0], results[2])

    def test_reads_files_of_several_deliveries_and_ignores_markers(self):
        for number in (1, 2):
            delivery = self.data / str(number)
            delivery.mkdir()
            (delivery / '_SUCCESS').touch()
            ROWS.assign(id=ROWS['id'] + str(number)).to_parquet(delivery / 'part-0.parquet')
        self.assertIn('rows_read=800;', self.prepare()[0].stdout)

    def test_splits_by_time_when_asked(self):
        ROWS.to_parquet(self.data / 'part-0.parquet')
        finished, failure = self.prepare('--split-by', 'order', '--entity', 'owner')
        self.assertEqual(0, finished.returncode, failure)

    def test_takes_a_delivery_without_a_nullable_column(self):
        ROWS.drop(columns='time').to_parquet(self.data / 'feedback.parquet')
        finished, failure = self.prepare()
        self.assertEqual(0, finished.returncode, failure)

    def test_says_what_is_wrong_with_the_data(self):
        cases = {
            'lacks the columns area': lambda path: ROWS.drop(columns='area').to_parquet(path),
            'no row': lambda path: ROWS.head(0).to_parquet(path),
            'part-0.parquet: cannot be read as .parquet': lambda path: path.write_text('id,people'),
        }
        for expected, write in cases.items():
            with self.subTest(expected):
                write(self.data / 'part-0.parquet')
                finished, failure = self.prepare()
                self.assertEqual(1, finished.returncode)
                self.assertIn(expected, failure)

    def test_a_folder_without_data_fails(self):
        self.assertIn('holds no data file', self.prepare()[1])


if __name__ == '__main__':
    unittest.main()
