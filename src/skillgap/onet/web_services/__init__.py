"""O*NET Web Services: the client, the backfill command, and fetching on demand."""
