#!/usr/bin/env python3
"""Makes flights-2013.parquet, the demonstration's data, from the shared flights_clf set.

    python make.py FOLDER_OF_FLIGHTS_CLF

Needs the Python package duckdb (1.5). The result holds every row of the source once,
in time order, with the columns a model may see and the label; what the source's own model
said (prediction, probability, model_version) and the simulated columns (latency_ms,
status_code) are left out, because the demonstration makes its own. Types are the source's.
"""

import os
import sys

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "flights-2013.parquet")
FEATURES = [
    "distance", "sched_dep_time", "sched_arr_time",
    "temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib",
    "plane_age", "seats", "origin_delay_lag",
    "carrier", "origin", "dest", "manufacturer", "engine", "dow",
]  # fmt: skip


def main(source: str) -> None:
    db = duckdb.connect()
    features = ", ".join(FEATURES)
    reference = os.path.join(source, "reference.parquet")
    log = os.path.join(source, "log", "*", "*.parquet")
    labels = os.path.join(source, "labels", "*", "*.parquet")
    # January is the reference: labelled throughout, and its labels have no arrival time.
    db.execute(
        f"""
        CREATE TABLE year AS
        SELECT timestamp, request_id, {features}, late15 AS label, CAST(NULL AS TIMESTAMP) AS label_ts
        FROM read_parquet($reference)
        UNION ALL
        SELECT l.timestamp, l.request_id, {features}, b.label, b.label_ts
        FROM read_parquet($log, hive_partitioning = false) l
        LEFT JOIN read_parquet($labels, hive_partitioning = false) b USING (request_id)
        """,
        {"reference": reference, "log": log, "labels": labels},
    )
    # Time order keeps the weather of neighbouring rows equal (it compresses) and lets a
    # reader of one week skip the other row groups.
    db.execute(
        f"""
        COPY (SELECT * FROM year ORDER BY timestamp, request_id) TO '{OUT}' (
            FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION V2, ROW_GROUP_SIZE 30720)
        """
    )
    differ = db.execute(
        "SELECT count(*) FROM (FROM year EXCEPT ALL FROM read_parquet($out))", {"out": OUT}
    ).fetchone()[0]
    assert differ == 0, f"{differ} rows did not survive"
    rows = db.execute(
        """
        SELECT count(*), count(label), count(*) FILTER (timestamp < '2013-02-01'), min(timestamp), max(timestamp)
        FROM read_parquet($out)
        """,
        {"out": OUT},
    ).fetchone()
    print("rows %d, labelled %d, January %d, from %s to %s" % rows)
    print("bytes %d" % os.path.getsize(OUT))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
