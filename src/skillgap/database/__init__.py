"""The database: engine, transactions, locks, replicas, and what every table is made of."""
