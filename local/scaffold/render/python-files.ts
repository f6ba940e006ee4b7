import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Label, ProblemType } from '../../../lambda/shared/project/contract';
import type { DataSchema } from '../../../lambda/shared/schema/contract';

const TEMPLATE = join(__dirname, '..', 'template');

/** Files that are the same in every project. */
const SAME = ['prepare.py', 'tune.py', 'train.py', 'evaluate.py', 'study.py', 'test.py', 'inference.py', join('tests', '__init__.py')];
const TESTS = join('tests', 'test_project.py');

export interface PythonProject {
  readonly problemType: ProblemType;
  readonly positiveLabel?: Label;
  readonly schema: DataSchema;
}

/** Code and tests of a project, by path. */
export function pythonFiles(project: PythonProject): Record<string, string> {
  const read = (file: string): string => readFileSync(join(TEMPLATE, file), 'utf8');
  return {
    ...Object.fromEntries(SAME.map((file) => [file, read(file)])),
    'algorithms.py': algorithms(project.problemType),
    'transforms.py': transforms(project.schema),
    [TESTS]: read(TESTS).replace('{{problemType}}', project.problemType).replace('{{positiveLabel}}', () => pythonLiteral(project.positiveLabel)),
  };
}

/** A label as Python writes it. A text in JSON is one in Python. */
const pythonLiteral = (label: Label | undefined): string => (label === undefined ? 'None' : typeof label === 'boolean' ? (label ? 'True' : 'False') : JSON.stringify(label));

function algorithms(problemType: ProblemType): string {
  const [settings, model] = problemType === 'regression' ? [', regression=True', 'ridge'] : ['', 'logistic'];
  return `"""The candidate and the baseline of this project."""

from tabular.estimators import BOOSTING, boosting, linear

# Names, types and defaults of what model.yaml may set.
HYPERPARAMETERS = BOOSTING


def candidate(features, options):
    """Gradient boosting on histograms."""
    return boosting(features, options${settings})


def baseline(features, options):
    """One-hot and scaled ${model} regression: what the candidate must beat to be worth its complexity."""
    return linear(features, options${settings})
`;
}

/** Dates and times give the model their season and their day of the week; without them nothing is derived yet. */
function transforms({ features }: DataSchema): string {
  const times = features.filter(({ type }) => type === 'date' || type === 'timestamp').map(({ name }) => name);
  const head = `"""Columns that are derived of the features, in every job and in the endpoint alike.

\`columns\` holds an array of floats for each feature: numbers as they are, codes as their position in the domain, times as seconds since 1970, and NaN for
what is missing. A derived value may look at its own row only. The tests hold whatever is derived here to that.
"""
`;
  if (times.length === 0) {
    return `${head}

def derive(columns):
    """Nothing yet; return a dictionary such as {'rooms_per_person': columns['rooms'] / columns['persons']}."""
    del columns
    return {}
`;
  }
  return `${head}
import numpy as np

TIMES = (${times.map((name) => `${pythonText(name)},`).join(' ')})
DAY = 86400
YEAR = 365.2425 * DAY


def derive(columns):
    """Season (sine and cosine of the day within the year) and day of the week (Monday is 0) of each date."""
    derived = {}
    for name in TIMES:
        angle = 2 * np.pi * columns[name] / YEAR
        derived[f'{name}_season_sine'], derived[f'{name}_season_cosine'] = np.sin(angle), np.cos(angle)
        # 1 January 1970 was a Thursday.
        derived[f'{name}_weekday'] = (np.floor(columns[name] / DAY) + 3) % 7
    return derived
`;
}

/** Single quotes as everywhere in these files, unless the name has one. */
const pythonText = (text: string): string => (/['\\\n\r]/.test(text) ? JSON.stringify(text) : `'${text}'`);
