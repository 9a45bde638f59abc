"""A comparison as a chart."""
