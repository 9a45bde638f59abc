"""Measuring the service against limits taken in the same run: `make bench`."""
