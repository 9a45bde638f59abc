"""What the routes of every subject share: strict parameters, bodies, CSV, the catalogue."""
