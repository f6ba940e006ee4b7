"""Endpoint: loads the artifact and answers requests; the functions that SageMaker's container looks for."""

from tabular.inference import input_fn, model_fn, output_fn, predict_fn

__all__ = ['input_fn', 'model_fn', 'output_fn', 'predict_fn']
