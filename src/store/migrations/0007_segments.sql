-- Windows by the values of policy's columns. A null `value` is the rest. NaN: not computable.
CREATE TABLE segments (
    monitor VARCHAR, start_ms BIGINT, ordinal INTEGER, column_name VARCHAR, value VARCHAR, row_count BIGINT,
    own_reference BOOLEAN, labelled BIGINT, auc DOUBLE, log_loss DOUBLE, accuracy DOUBLE, f1 DOUBLE,
    positive_rate DOUBLE, precision DOUBLE, recall DOUBLE, f1_macro DOUBLE, f1_weighted DOUBLE,
    average_precision DOUBLE, brier DOUBLE, calibration_error DOUBLE, auc_low DOUBLE, auc_high DOUBLE,
    accuracy_low DOUBLE, accuracy_high DOUBLE, f1_low DOUBLE, f1_high DOUBLE, mae DOUBLE, rmse DOUBLE,
    mape DOUBLE, r2 DOUBLE, bias DOUBLE
);
-- `segment` is the segment's ordinal.
CREATE TABLE segment_cells (
    monitor VARCHAR, start_ms BIGINT, segment INTEGER, ordinal INTEGER, feature VARCHAR, categorical BOOLEAN,
    row_count BIGINT, nulls BIGINT, psi DOUBLE, distance DOUBLE, p DOUBLE, p_adjusted DOUBLE,
    verdict VARCHAR, error VARCHAR, method VARCHAR, threshold DOUBLE, weight DOUBLE, effect DOUBLE
);
