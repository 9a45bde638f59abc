"""The HTTP application: it assembles the subjects and adds nothing to them."""
