"""Quality of probabilities against labels (0 or 1)."""

import numpy as np
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, log_loss, roc_auc_score


def quality(label, probability, threshold):
    """AUC, accuracy and F1 at the threshold, log loss and Brier score; all as plain floats."""
    predicted = (np.asarray(probability) >= threshold).astype(int)
    return {
        'auc': float(roc_auc_score(label, probability)),
        'accuracy': float(accuracy_score(label, predicted)),
        'logLoss': float(log_loss(label, probability, labels=[0, 1])),
        'brier': float(brier_score_loss(label, probability)),
        'f1': float(f1_score(label, predicted, zero_division=0)),
    }
