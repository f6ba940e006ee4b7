"""Stands for a script of a model project in tests of the infrastructure."""
