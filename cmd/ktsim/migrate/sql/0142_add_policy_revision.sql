ALTER TABLE policies ADD COLUMN revision integer NOT NULL DEFAULT 1;
