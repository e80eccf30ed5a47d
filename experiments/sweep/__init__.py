"""Many points: a design of factors, runs of every point, and the sample that comes out."""
