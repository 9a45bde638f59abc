"""The one-shot load: a release's files in, the tables of that release out."""
