"""Processing step: studies of the candidate beside its quality."""

from tabular.studies import run

if __name__ == '__main__':
    run(__file__)
