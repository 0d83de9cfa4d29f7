#!/usr/bin/env python3
"""Copies the reference values and small data that Trimtab's tests need out of the shared data pack.

    python3 slim.py PACK

Needs the `duckdb` module. Writes beside itself: for each small set a CSV file for every window (NULL is
an empty field; NaN, inf, -inf are spelled out; floats are written so that they read back to the same
bits) and `expected.json`, cut down to the numbers that we define ourselves; for the flights, whose data
stays in Parquet, only `flights_expected.json`.
"""
import csv, json, math, pathlib, sys
import duckdb

NUMERIC = ["n", "n_null", "n_nan", "n_inf", "n_valid", "q10_counts", "psi_q10", "psi_q10_null", "ks_stat", "ks_at",
           "ks_p_asymp", "ks_p_kolmogorov", "wasserstein", "p01", "p05", "p25", "p50", "p75", "p95", "p99", "why"]
CATEGORICAL = ["n", "n_null", "n_valid", "unseen", "missing", "psi_cat", "psi_cat_null", "tvd_cat", "chi2_cont", "why"]
REFERENCE = ["n", "n_null", "n_valid", "min", "max", "mean", "q10_edges"]
PERFORMANCE = ["n", "n_labeled", "label_coverage", "tp", "fp", "fn", "tn", "positive_rate", "accuracy", "precision",
               "recall", "f1", "roc_auc", "log_loss", "brier"]
DEFINITIONS = ["population", "null_rate", "q10", "psi_q10", "psi_q10_null", "ks_stat", "ks_p_asymp", "ks_p_kolmogorov",
               "wasserstein", "cat", "psi_cat", "psi_cat_null", "tvd_cat", "chi2_cont", "unseen", "perf",
               "multiple_testing"]
here = pathlib.Path(__file__).resolve().parent


def pick(source, keys):
    return {k: source[k] for k in keys if k in source}


def slim(expected):
    columns = {c: {"kind": v["kind"], "reference": pick(v["reference"], REFERENCE)} for c, v in expected["columns"].items()}
    windows = {}
    for name, w in expected["windows"].items():
        kept = pick(w, ["n", "note", "missing_columns", "new_columns", "type_changes", "multiple_testing"])
        if "performance" in w:
            kept["performance"] = pick(w["performance"], PERFORMANCE)
        kept["columns"] = {c: pick(v, NUMERIC if columns.get(c, {}).get("kind") == "num" else CATEGORICAL)
                           for c, v in w["columns"].items()}
        if isinstance(w.get("file"), dict):
            kept["where"] = w["file"]["where"]
        windows[name] = kept
    out = pick(expected, ["set", "title", "licence", "real", "performance_spec"])
    out["definitions"] = pick(expected["definitions"], DEFINITIONS)
    out["columns"], out["windows"] = columns, windows
    for extra in ("weekly_performance", "asof_performance", "shadow_v2_performance", "ops_simulated"):
        if extra in expected:
            out[extra] = {k: pick(v, ["window", "rule", *PERFORMANCE, "p50", "p95", "p99", "error_rate"])
                          for k, v in expected[extra].items()}
    if "performance_reference" in expected:
        out["performance_reference"] = pick(expected["performance_reference"], PERFORMANCE)
    return out


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    return str(value)


def write_csv(parquet, path, columns):
    db = duckdb.connect()
    present = [r[0] for r in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(parquet)]).fetchall()]
    wanted = [c for c in present if columns is None or c in columns]
    names = ", ".join('"' + c.replace('"', '""') + '"' for c in wanted)
    rows = db.execute(f"SELECT {names} FROM read_parquet(?)", [str(parquet)]).fetchall()
    with path.open("w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(wanted)
        out.writerows([cell(v) for v in row] for row in rows)


def main(pack):
    for name in ("titanic", "schema_edge", "shuttle"):
        folder = here / name
        folder.mkdir(exist_ok=True)
        expected = slim(json.loads((pack / name / "expected.json").read_text()))
        spec = expected.get("performance_spec") or {}
        columns = set(expected["columns"]) | {spec[k] for k in ("label", "prediction", "probability") if k in spec}
        write_json(folder / "expected.json", expected)
        for parquet in sorted((pack / name).glob("*.parquet")):
            # The faulty windows are wanted as they are; elsewhere, only the columns with reference values.
            write_csv(parquet, folder / (parquet.stem + ".csv"), None if name == "schema_edge" else columns)
    write_json(here / "flights_expected.json", slim(json.loads((pack / "flights_clf" / "expected.json").read_text())))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
