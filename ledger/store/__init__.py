"""The only place that speaks SQL and ``eventsourcing``: recorder, group commit, blobs, checkpoints, migrations."""
