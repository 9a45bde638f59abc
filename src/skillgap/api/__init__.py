"""The HTTP interface: JSON over the catalogue in memory."""
