"""Scores rows with a fitted HistGradientBoosting estimator in plain numpy: the endpoint's way to the same numbers.

The estimator's own methods prepare a request for milliseconds and start threads, one team for each thread of the server; a request has one row. Here
all trees are walked at once, one step of depth at a time. It reads internals of the estimator, which is safe because an artifact is loaded by the very
scikit-learn version that wrote it (inference.py), and because `verify` compares both ways when a model is loaded.
"""

import numpy as np
from scipy.special import expit

BITS_OF_WORD = 32
CATEGORIES = 256
# Behind the last category: a value that is missing or was never seen.
MISSING = CATEGORIES


class Forest:
    """The trees of one estimator as flat arrays; node numbers count through all trees."""

    def __init__(self, estimator):
        # Of a regressor there are none.
        self.classes_ = getattr(estimator, 'classes_', None)
        self.loss = estimator._loss
        # One tree an iteration for numbers and for two classes, one for each of several classes.
        self.outputs = estimator.n_trees_per_iteration_
        trees = [tree for iteration in estimator._predictors for tree in iteration]
        nodes = np.concatenate([tree.nodes for tree in trees])
        sizes = [len(tree.nodes) for tree in trees]
        self.start = np.ravel(estimator._baseline_prediction).astype(float)
        self.columns, self.ordinals = columns_of(estimator)
        self.roots = starts(sizes)
        self.depth = int(nodes['depth'].max())
        # A leaf leads to itself, so that trees of different depth are walked together.
        leaf, itself, offset = nodes['is_leaf'].astype(bool), np.arange(len(nodes)), np.repeat(self.roots, sizes)
        self.left = np.where(leaf, itself, nodes['left'] + offset).astype(np.intp)
        self.right = np.where(leaf, itself, nodes['right'] + offset).astype(np.intp)
        self.feature = np.where(leaf, 0, nodes['feature_idx']).astype(np.intp)
        self.value = nodes['value'].astype(float)
        self.threshold = nodes['num_threshold'].astype(float)
        self.missing_left = nodes['missing_go_to_left'].astype(bool)
        self.coded = nodes['is_categorical'].astype(bool) & ~leaf
        self.set_of_node, self.goes_left = self._category_sets(trees, nodes, sizes)

    def _category_sets(self, trees, nodes, sizes):
        """For every split by category, which categories go left; nodes without such a split point at the first set and never read it."""
        words = np.concatenate([tree.raw_left_cat_bitsets for tree in trees] + [np.zeros((1, CATEGORIES // BITS_OF_WORD), dtype=np.uint32)])
        bits = (words[:, :, None] >> np.arange(BITS_OF_WORD, dtype=np.uint32)) & 1
        goes_left = np.zeros((len(words), CATEGORIES + 1), dtype=bool)
        goes_left[:, :CATEGORIES] = bits.reshape(len(words), CATEGORIES)
        first_of_tree = np.repeat(starts([len(tree.raw_left_cat_bitsets) for tree in trees]), sizes)
        set_of_node = np.where(self.coded, first_of_tree + nodes['bitset_idx'], 0).astype(np.intp)
        goes_left[set_of_node[self.coded], MISSING] = self.missing_left[self.coded]
        return set_of_node, goes_left

    def predict_proba(self, matrix):
        """Probability of each class for every row of the matrix of features.py."""
        raw = self._raw(matrix)
        if self.outputs > 1:
            return self.loss.predict_proba(raw)
        positive = expit(raw[:, 0])
        return np.column_stack((1 - positive, positive))

    def predict(self, matrix):
        """Value of a regression for every row."""
        return self.loss.link.inverse(self._raw(matrix)[:, 0])

    def _raw(self, matrix):
        """Sums of the leaves: a row for each row, a column for each output."""
        values, codes = self._arrange(matrix)
        rows = np.arange(len(values))[:, None]
        node = np.broadcast_to(self.roots, (len(values), len(self.roots)))
        for _ in range(self.depth):
            feature = self.feature[node]
            value = values[rows, feature]
            by_number = (value <= self.threshold[node]) | (np.isnan(value) & self.missing_left[node])
            by_code = self.goes_left[self.set_of_node[node], codes[rows, feature]]
            node = np.where(np.where(self.coded[node], by_code, by_number), self.left[node], self.right[node])
        # Summed one tree after the other, as the estimator does, so that not even the last bit differs.
        leaves = self.value[node].reshape(len(values), -1, self.outputs)
        start = np.broadcast_to(self.start, (len(values), 1, self.outputs))
        return np.ascontiguousarray(np.cumsum(np.concatenate((start, leaves), axis=1), axis=1)[:, -1, :])

    def _arrange(self, matrix):
        """Values in the estimator's order of columns, and for its code columns the ordinals that it learned; a code it never saw is missing."""
        values = matrix[:, self.columns]
        codes = np.zeros(values.shape, dtype=np.intp)
        count = len(self.ordinals)
        given = values[:, :count]
        codes[:, :count] = self.ordinals[np.arange(count), np.where(np.isnan(given), MISSING, given).astype(np.intp)]
        return values, codes


def columns_of(estimator):
    """Order of the columns inside the estimator, which puts code columns first, and a table of ordinals by code for each of those."""
    flags = estimator.is_categorical_
    if flags is None:
        return np.arange(estimator.n_features_in_), np.empty((0, CATEGORIES + 1), dtype=np.intp)
    learned = estimator._preprocessor.named_transformers_['encoder'].categories_
    ordinals = np.full((len(learned), CATEGORIES + 1), MISSING, dtype=np.intp)
    for row, categories in zip(ordinals, learned):
        known = categories[~np.isnan(categories)].astype(np.intp)
        row[known] = np.arange(len(known))
    return np.concatenate((np.flatnonzero(flags), np.flatnonzero(~flags))), ordinals


def starts(sizes):
    """Where each part begins when parts of these sizes are joined."""
    return np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)


def verify(forest, estimator, sizes, problem, rows=64):
    """Raises when the two ways to a prediction differ on random rows. `sizes`: number of codes of each column, or None for a number."""
    random = np.random.default_rng(0)
    matrix = np.column_stack([random.normal(50, 30, rows) if size is None else random.integers(0, size, rows) for size in sizes]).astype(float)
    expected = problem.predict(estimator, matrix)
    difference = np.max(np.abs(problem.predict(forest, matrix) - expected) / np.maximum(1, np.abs(expected)))
    if not difference <= 1e-12:
        raise RuntimeError(f'the fast scoring differs from {type(estimator).__name__} by {difference:.3g} on random rows; the limit is 1e-12')
