"""What every tabular model project shares: schema, reading, cleaning, splitting, features, training, tuning, evaluation and serving.

A project is thin: `model.yaml`, `schema.json`, `algorithms.py`, perhaps `transforms.py`, and scripts of a few lines that call this package. The package
knows no column of any project. It needs only what SageMaker's scikit-learn container has, and travels with the project's code: into the jobs as the
input `code`, into the endpoint inside `model.tar.gz`.
"""
