"""One file a subject; each endpoint looks up, computes and shapes."""
