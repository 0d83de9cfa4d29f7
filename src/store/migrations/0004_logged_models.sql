-- What runs read and made: data sets and models.

-- In one experiment, name and digest name a data set; it stays as it was logged first.
CREATE TABLE datasets (
    dataset_no INTEGER, experiment INTEGER, name VARCHAR, digest VARCHAR, source_type VARCHAR,
    source VARCHAR, columns VARCHAR, profile VARCHAR
);
CREATE TABLE dataset_inputs (run_no INTEGER, dataset_no INTEGER);
CREATE TABLE dataset_input_tags (run_no INTEGER, dataset_no INTEGER, key VARCHAR, value VARCHAR);
-- Models by the ids that clients gave, known or not.
CREATE TABLE model_inputs (run_no INTEGER, model VARCHAR);
CREATE TABLE model_outputs (run_no INTEGER, model VARCHAR, step BIGINT);

CREATE TABLE logged_models (
    model_no INTEGER, id VARCHAR, experiment INTEGER, name VARCHAR, status VARCHAR, kind VARCHAR,
    source_run VARCHAR, created BIGINT, updated BIGINT, deleted BOOLEAN
);
CREATE TABLE logged_model_params (model_no INTEGER, key VARCHAR, value VARCHAR);
CREATE TABLE logged_model_tags (model_no INTEGER, key VARCHAR, value VARCHAR);
-- Append-only. The run has the same values in its own history.
CREATE TABLE model_metrics (
    model_no INTEGER, run_no INTEGER, key_no INTEGER, step BIGINT, time BIGINT, value DOUBLE,
    dataset_name VARCHAR, dataset_digest VARCHAR
);
