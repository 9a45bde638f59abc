"""The gap between occupations: pure arithmetic on ratings, with no I/O."""
