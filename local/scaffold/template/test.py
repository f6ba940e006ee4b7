"""Processing step: the project's own tests, in the image that trains."""

from tabular.unit_tests import run

if __name__ == '__main__':
    run(__file__)
