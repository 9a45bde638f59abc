"""What does one occupation ask for that another does not bring? O*NET, compared with evidence."""

from importlib.metadata import version

__version__ = version("skillgap")
