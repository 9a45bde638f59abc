"""The language model: client, replies, token budget. It knows no subject."""
