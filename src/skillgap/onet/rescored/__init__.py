"""A language model's levels beside O*NET's: tables, queries, medians of runs, calibration."""
