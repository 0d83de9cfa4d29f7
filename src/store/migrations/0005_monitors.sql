-- By what each cell was judged, and what people did about alerts. Windows are computed again.
ALTER TABLE cells ADD COLUMN method VARCHAR DEFAULT 'psi';
ALTER TABLE cells ADD COLUMN threshold DOUBLE DEFAULT 0.1;
ALTER TABLE cells ADD COLUMN weight DOUBLE DEFAULT 1;
ALTER TABLE cells ADD COLUMN effect DOUBLE;
UPDATE cells SET effect = psi;

-- `after_ms` is the start of the newest window then; `word` is acknowledge, snooze or close.
CREATE TABLE alert_acts (
    monitor VARCHAR, subject VARCHAR, word VARCHAR, note VARCHAR, until_ms BIGINT, after_ms BIGINT,
    at_ms BIGINT, actor VARCHAR, ordinal BIGINT
);

-- NaN: not computable. The estimate is null where there is none.
ALTER TABLE windows ADD COLUMN precision DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN recall DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN f1_macro DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN f1_weighted DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN average_precision DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN brier DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN calibration_error DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN auc_low DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN auc_high DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN accuracy_low DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN accuracy_high DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN f1_low DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN f1_high DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN mae DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN rmse DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN mape DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN r2 DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN bias DOUBLE DEFAULT 'nan'::DOUBLE;
ALTER TABLE windows ADD COLUMN estimated_rows BIGINT;
ALTER TABLE windows ADD COLUMN estimated_auc DOUBLE;
ALTER TABLE windows ADD COLUMN estimated_accuracy DOUBLE;
ALTER TABLE windows ADD COLUMN estimated_precision DOUBLE;
ALTER TABLE windows ADD COLUMN estimated_recall DOUBLE;
ALTER TABLE windows ADD COLUMN estimated_f1 DOUBLE;
