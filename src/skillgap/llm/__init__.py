"""A second opinion: a language model judges levels. Off unless a model is configured."""
