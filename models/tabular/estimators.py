"""Estimators that most projects build their candidate and their baseline of. `features` is a `Features`, `options` the hyperparameters by name."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# Defaults of scikit-learn, by the names that the scripts take as hyperparameters.
BOOSTING = {
    'max_iter': 100, 'learning_rate': 0.1, 'max_leaf_nodes': 31, 'min_samples_leaf': 20, 'l2_regularization': 0.0, 'max_features': 1.0,
    # Names of coded features whose order carries meaning, joined by commas.
    'ordinal_features': '',
}
# The estimator's own limit of the number of categories of one column.
CATEGORIES = 255


def boosting(features, options, regression=False, **settings):
    """Gradient boosting on histograms, which splits codes by sets. Codes whose order carries meaning are split by their order."""
    ordinal = options.ordinal_features.split(',')
    unordered = [size is not None and size <= CATEGORIES and name not in ordinal for name, size in zip(features.names, features.sizes)]
    return (HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier)(
        categorical_features=unordered,
        max_iter=options.max_iter,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.max_leaf_nodes,
        min_samples_leaf=options.min_samples_leaf,
        l2_regularization=options.l2_regularization,
        max_features=options.max_features,
        early_stopping=False,
        random_state=options.seed,
        **settings,
    )


def linear(features, options, regression=False):
    """The simple linear model that a candidate must beat: codes one-hot, numbers scaled, missing numbers at the median; logistic or ridge regression."""
    codes = [position for position, coded in enumerate(features.coded) if coded]
    numbers = [position for position, coded in enumerate(features.coded) if not coded]
    numeric = make_pipeline(SimpleImputer(strategy='median', add_indicator=True, keep_empty_features=True), StandardScaler())
    encode = ColumnTransformer([('codes', OneHotEncoder(handle_unknown='ignore'), codes), ('numbers', numeric, numbers)])
    return make_pipeline(encode, Ridge(random_state=options.seed) if regression else LogisticRegression(max_iter=500, random_state=options.seed))
