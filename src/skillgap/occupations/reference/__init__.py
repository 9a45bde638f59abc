"""Occupations, elements and scales as O*NET publishes them."""
