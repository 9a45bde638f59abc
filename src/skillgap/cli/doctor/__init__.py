"""``skillgap doctor``: the command and its checks."""
