"""What fits me: the page of a person's own profile."""
