"""Ratings of occupations that a release does not rate: tables, queries, checks."""
