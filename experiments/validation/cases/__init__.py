"""Published closures, repeated with the conditions of their time: ``python -m experiments.validation.cases``."""
