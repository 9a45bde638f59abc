"""``python -m bench.title_coding``: fits the numbers of title coding, and measures them on titles held out."""
