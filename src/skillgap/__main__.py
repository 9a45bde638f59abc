"""``python -m skillgap`` is the command ``skillgap``."""

from skillgap.cli.main import main

main()
