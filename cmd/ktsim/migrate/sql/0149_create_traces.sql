CREATE TABLE traces (
    id         uuid PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now()
);
