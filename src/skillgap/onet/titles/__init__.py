"""Titles of occupations: search and coding."""
