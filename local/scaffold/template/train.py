"""Training job: fits the candidate or the baseline."""

from tabular.train import run

if __name__ == '__main__':
    run(__file__)
