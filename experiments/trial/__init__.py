"""Virtual experiments: published trials repeated in the model, and what comes out beside what was published."""
