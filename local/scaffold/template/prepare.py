"""Processing step: cleans the snapshot and splits it."""

from tabular.prepare import run

if __name__ == '__main__':
    run(__file__)
