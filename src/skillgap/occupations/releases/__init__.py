"""The loaded releases and their differences."""
