-- What is kept of each thousand points of a long metric, in order of arrival (core::thin). Made from
-- committed history, by row numbers, which never change; may be behind it, or missing.
CREATE TABLE metric_bins (
    run_no INTEGER, key_no INTEGER, first_row BIGINT, last_row BIGINT, points BIGINT,
    since BIGINT, until BIGINT,
    first_step BIGINT, first_time BIGINT, first_value DOUBLE,
    last_step BIGINT, last_time BIGINT, last_value DOUBLE,
    low_step BIGINT, low_time BIGINT, low_value DOUBLE,
    high_step BIGINT, high_time BIGINT, high_value DOUBLE,
    gap_step BIGINT, gap_time BIGINT, gap_value DOUBLE
);
