"""Many pairs in one request."""
