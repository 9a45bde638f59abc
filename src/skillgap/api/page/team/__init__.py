"""The page at ``/team``: a plan for many people at once."""
