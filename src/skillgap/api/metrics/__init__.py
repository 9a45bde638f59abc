"""Prometheus metrics: definitions, collection at scrape time, and the route ``/metrics``."""
