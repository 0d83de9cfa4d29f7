-- The first schema. No key, index, sequence or default: uniqueness and numbering are kept by the
-- writer, so that the same statements also run on DuckLake. Times are UTC milliseconds. Words
-- (status, state, kind) are stored as the domain spells them. NaN and infinities are values.

CREATE TABLE experiments (id INTEGER, name VARCHAR, created BIGINT);

-- run_no is the narrow key that every other table uses. `text` is what a search looks in: name,
-- id, and `key=value` of each parameter and tag, lower-case, one a line.
CREATE TABLE runs (
    run_no INTEGER, id VARCHAR, experiment INTEGER, name VARCHAR, status VARCHAR, author VARCHAR,
    started BIGINT, ended BIGINT, job BIGINT, text VARCHAR
);
CREATE TABLE params (run_no INTEGER, key VARCHAR, value VARCHAR);
CREATE TABLE tags (run_no INTEGER, key VARCHAR, value VARCHAR);

-- History is append-only, in order of arrival.
CREATE TABLE metric_keys (key_no INTEGER, key VARCHAR);
CREATE TABLE metrics (run_no INTEGER, key_no INTEGER, step BIGINT, time BIGINT, value DOUBLE);
-- One row for each run and key, so that a start does not read all history.
CREATE TABLE metric_latest (
    run_no INTEGER, key_no INTEGER, step BIGINT, time BIGINT, value DOUBLE,
    min DOUBLE, max DOUBLE, count BIGINT
);

CREATE TABLE models (name VARCHAR, created BIGINT);
CREATE TABLE model_versions (
    model VARCHAR, version INTEGER, run VARCHAR, created BIGINT, author VARCHAR, source VARCHAR
);
CREATE TABLE version_tags (model VARCHAR, version INTEGER, key VARCHAR, value VARCHAR);
CREATE TABLE version_metrics (model VARCHAR, version INTEGER, key VARCHAR, value DOUBLE);
CREATE TABLE aliases (model VARCHAR, alias VARCHAR, version INTEGER);
-- `seq` keeps the order of acts within one millisecond.
CREATE TABLE deployments (
    seq BIGINT, model VARCHAR, version INTEGER, previous INTEGER, at_ms BIGINT, data_time BIGINT,
    kind VARCHAR, actor VARCHAR
);

CREATE TABLE requests (
    id BIGINT, model VARCHAR, version INTEGER, champion INTEGER, author VARCHAR, reason VARCHAR,
    created BIGINT, updated BIGINT, state VARCHAR, required INTEGER, note VARCHAR
);
CREATE TABLE gate_results (
    request BIGINT, ordinal INTEGER, name VARCHAR, passed BOOLEAN, candidate DOUBLE, bound DOUBLE,
    reason VARCHAR
);
CREATE TABLE approvals (request BIGINT, ordinal INTEGER, actor VARCHAR, at_ms BIGINT, reason VARCHAR);

-- `params` is a JSON object of strings.
CREATE TABLE jobs (
    id BIGINT, recipe VARCHAR, model VARCHAR, state VARCHAR, actor VARCHAR, reason VARCHAR,
    window_from VARCHAR, window_to VARCHAR, params VARCHAR, created BIGINT, started BIGINT,
    ended BIGINT, pid BIGINT, exit_code INTEGER, error VARCHAR, run VARCHAR
);

-- `inputs` is the agent's fingerprint of the files a window was computed from.
CREATE TABLE windows (
    monitor VARCHAR, start_ms BIGINT, end_ms BIGINT, row_count BIGINT, labelled BIGINT, auc DOUBLE,
    log_loss DOUBLE, accuracy DOUBLE, f1 DOUBLE, positive_rate DOUBLE, p50_ms DOUBLE, p95_ms DOUBLE,
    p99_ms DOUBLE, error_rate DOUBLE, computed BIGINT, inputs VARCHAR
);
CREATE TABLE window_versions (
    monitor VARCHAR, start_ms BIGINT, ordinal INTEGER, version INTEGER, row_count BIGINT
);
CREATE TABLE cells (
    monitor VARCHAR, start_ms BIGINT, ordinal INTEGER, feature VARCHAR, categorical BOOLEAN,
    row_count BIGINT, nulls BIGINT, psi DOUBLE, distance DOUBLE, p DOUBLE, p_adjusted DOUBLE,
    verdict VARCHAR, error VARCHAR
);
CREATE TABLE problems (
    monitor VARCHAR, ordinal INTEGER, file VARCHAR, reason VARCHAR, row_count BIGINT, first_seen BIGINT
);

CREATE TABLE audit (
    seq BIGINT, at_ms BIGINT, actor VARCHAR, action VARCHAR, subject VARCHAR, outcome VARCHAR,
    reason VARCHAR, detail VARCHAR, digest VARCHAR
);
