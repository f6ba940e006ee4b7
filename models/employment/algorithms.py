"""The candidate and the baseline: estimators on the matrix of features.py."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def categorical(schema):
    """Which columns of the matrix are codes."""
    return ['domain' in column for column in schema.features]


def candidate(schema, options):
    """Gradient boosting on histograms, which splits codes by sets. Codes whose order carries meaning are split by their order."""
    ordinal = options.ordinal_features.split(',')
    unordered = [coded and column['name'] not in ordinal for coded, column in zip(categorical(schema), schema.features)]
    return HistGradientBoostingClassifier(
        categorical_features=unordered,
        max_iter=options.max_iter,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.max_leaf_nodes,
        min_samples_leaf=options.min_samples_leaf,
        l2_regularization=options.l2_regularization,
        max_features=options.max_features,
        early_stopping=False,
        random_state=options.seed,
    )


def baseline(schema, options):
    """The simple linear model that a candidate must beat: codes one-hot, numbers scaled, logistic regression."""
    codes = [position for position, coded in enumerate(categorical(schema)) if coded]
    numbers = [position for position, coded in enumerate(categorical(schema)) if not coded]
    encode = ColumnTransformer([('codes', OneHotEncoder(handle_unknown='ignore'), codes), ('numbers', StandardScaler(), numbers)])
    return make_pipeline(encode, LogisticRegression(max_iter=500, random_state=options.seed))


ALGORITHMS = {'candidate': candidate, 'baseline': baseline}
