"""The commands that answer from what is loaded, by the use cases of the API."""
