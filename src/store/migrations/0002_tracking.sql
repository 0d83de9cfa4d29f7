-- What an MLflow client may say of experiments and runs. Searches read the catalogue in memory, so the
-- text that runs were searched by goes.

ALTER TABLE experiments ADD COLUMN artifact_location VARCHAR;
ALTER TABLE experiments ADD COLUMN updated BIGINT;
ALTER TABLE experiments ADD COLUMN deleted BOOLEAN;
UPDATE experiments SET artifact_location = 'mlflow-artifacts:/' || id, updated = created, deleted = false;
CREATE TABLE experiment_tags (experiment INTEGER, key VARCHAR, value VARCHAR);

ALTER TABLE runs DROP COLUMN text;
-- When it was deleted; null while it is active.
ALTER TABLE runs ADD COLUMN deleted BIGINT;

-- How many points of the history `metric_latest` stands for: it is kept a little behind.
CREATE TABLE summarised (points BIGINT);
INSERT INTO summarised SELECT count(*) FROM metrics;
