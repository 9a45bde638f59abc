"""Moves, paths and door openers."""
