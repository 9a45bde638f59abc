"""The language model: client and replies. It knows no subject."""
