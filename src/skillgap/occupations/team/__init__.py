"""Plans for a team: people with a present and a target title, what each lacks, and what the team lacks."""
