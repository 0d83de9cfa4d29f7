-- What an MLflow client may say of models and versions, and webhooks. A deleted version leaves nothing
-- but its number, which `newest` keeps.

ALTER TABLE models ADD COLUMN updated BIGINT;
ALTER TABLE models ADD COLUMN description VARCHAR;
ALTER TABLE models ADD COLUMN newest INTEGER;
UPDATE models SET description = '',
    newest = coalesce((SELECT max(version) FROM model_versions WHERE model = name), 0),
    updated = coalesce((SELECT max(v.created) FROM model_versions v WHERE v.model = name), created);
CREATE TABLE model_tags (model VARCHAR, key VARCHAR, value VARCHAR);

ALTER TABLE model_versions ADD COLUMN updated BIGINT;
ALTER TABLE model_versions ADD COLUMN description VARCHAR;
ALTER TABLE model_versions ADD COLUMN stage VARCHAR;
ALTER TABLE model_versions ADD COLUMN run_text VARCHAR;
ALTER TABLE model_versions ADD COLUMN run_link VARCHAR;
ALTER TABLE model_versions ADD COLUMN model_id VARCHAR;
ALTER TABLE model_versions ADD COLUMN location VARCHAR;
UPDATE model_versions SET updated = created, stage = 'None';

-- `events` are words with blanks between them. The secret is not kept here.
CREATE TABLE webhooks (
    id VARCHAR, name VARCHAR, description VARCHAR, url VARCHAR, events VARCHAR, status VARCHAR,
    created BIGINT, updated BIGINT
);
