"""Processing step: measures the candidate, the baselines and the champion on the test rows."""

from tabular.evaluate import run

if __name__ == '__main__':
    run(__file__)
