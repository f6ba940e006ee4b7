"""Quality of predictions against labels, by the names that `model.yaml` knows. All values are plain floats; what is undefined is left out."""

import math

import numpy as np
from sklearn import metrics

CALIBRATION_BINS = 10


def binary(label, probability, threshold):
    """`label`: 0 or 1. `probability`: of class 1, which is decided from `threshold` on."""
    decided = (probability >= threshold).astype(int)
    return {
        'auc': float(metrics.roc_auc_score(label, probability)),
        'averagePrecision': float(metrics.average_precision_score(label, probability)),
        'accuracy': float(metrics.accuracy_score(label, decided)),
        'balancedAccuracy': float(metrics.balanced_accuracy_score(label, decided)),
        'precision': float(metrics.precision_score(label, decided, zero_division=0)),
        'recall': float(metrics.recall_score(label, decided, zero_division=0)),
        'f1': float(metrics.f1_score(label, decided, zero_division=0)),
        'logLoss': float(metrics.log_loss(label, probability, labels=[0, 1])),
        'brierScore': float(metrics.brier_score_loss(label, probability)),
        'expectedCalibrationError': calibration_error(label, probability),
    }


def calibration_error(label, probability, bins=CALIBRATION_BINS):
    """Mean distance of probability and share of positives over bins of equal width that hold their upper edge, weighted by rows (Naeini et al. 2015)."""
    position = np.maximum(np.ceil(probability * bins).astype(int) - 1, 0)
    sums = [np.bincount(position, weights=values, minlength=bins) for values in (label, probability)]
    return float(np.abs(sums[0] - sums[1]).sum() / len(label))


def multiclass(label, probabilities):
    """`label`: position of the class. `probabilities`: one column for each class; the most probable class is decided."""
    decided = probabilities.argmax(axis=1)
    classes = list(range(probabilities.shape[1]))
    present = [position for position in classes if 0 < np.count_nonzero(label == position) < len(label)]
    areas = [metrics.roc_auc_score(label == position, probabilities[:, position]) for position in present]
    recalls = [float(np.mean(decided[label == position] == position)) for position in np.unique(label)]
    measured = {
        'accuracy': float(metrics.accuracy_score(label, decided)),
        'balancedAccuracy': float(np.mean(recalls)),
        'macroF1': float(metrics.f1_score(label, decided, labels=classes, average='macro', zero_division=0)),
        'logLoss': float(metrics.log_loss(label, probabilities, labels=classes)),
    }
    return {**measured, 'macroAuc': float(np.mean(areas))} if areas else measured


def regression(target, value):
    """Errors in the unit of the target; `bias` is the mean of prediction minus target, `mape` a share that leaves out targets of 0."""
    error = value - target
    measured = {
        'rmse': math.sqrt(np.mean(error**2)),
        'mae': float(np.mean(np.abs(error))),
        'bias': float(np.mean(error)),
        'medianAbsoluteError': float(np.median(np.abs(error))),
    }
    spread = np.sum((target - target.mean()) ** 2)
    if spread > 0:
        measured['r2'] = float(1 - np.sum(error**2) / spread)
    if np.any(target != 0):
        measured['mape'] = float(np.mean(np.abs(error[target != 0] / target[target != 0])))
    return measured
