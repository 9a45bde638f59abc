"""What one asks of the reference data; a folder for each subject."""
