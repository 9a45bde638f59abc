"""What does one occupation require that another does not? O*NET, compared with evidence."""

from importlib.metadata import version

__version__ = version("skillgap")
