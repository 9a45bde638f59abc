"""What every request passes, from the outside in."""
