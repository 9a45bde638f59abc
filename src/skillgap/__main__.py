"""``python -m skillgap`` is the command ``skillgap``."""

from skillgap.cli import main

main()
