"""Two occupations compared."""
