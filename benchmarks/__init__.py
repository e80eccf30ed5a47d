"""Side-by-side timings, kept runnable."""
