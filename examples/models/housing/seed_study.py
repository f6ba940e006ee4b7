"""How often the limits of model.yaml hold on the committed sample when the seed changes: see README.md."""

from tabular.seed_study import run

if __name__ == '__main__':
    run(__file__)
