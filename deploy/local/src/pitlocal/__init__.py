"""Runs the whole product on one machine: PostgreSQL, Kafka, the services. No root, no Docker, no Java."""
