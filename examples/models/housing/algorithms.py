"""The candidate and the baseline of this project."""

from tabular.estimators import BOOSTING, boosting, linear

# Names, types and defaults of what model.yaml may set.
HYPERPARAMETERS = BOOSTING


def candidate(features, options):
    """Gradient boosting on histograms."""
    return boosting(features, options, regression=True)


def baseline(features, options):
    """Scaled ridge regression: what the candidate must beat to be worth its complexity."""
    return linear(features, options, regression=True)
