"""The reference data: tables, queries, and the catalogue that is held in memory."""
