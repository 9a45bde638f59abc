"""A person compared with occupations."""
