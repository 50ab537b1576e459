"""Tasks in lanes. Never edited: a change is a new module."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE task ADD COLUMN lane text NOT NULL DEFAULT ''",
    "COMMENT ON COLUMN task.lane IS 'what it waits for outside; empty: nothing'",
    "CREATE INDEX ix_task_lane_run_at ON task (lane, run_at)",
    "DROP INDEX ix_task_run_at",
)
