"""Tuning step: searches for the hyperparameters of the candidate."""

from tabular.tune import run

if __name__ == '__main__':
    run(__file__)
