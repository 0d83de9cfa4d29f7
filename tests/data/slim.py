#!/usr/bin/env python3
"""Copies the reference values and small data that Trimtab's tests need out of the shared data pack.

    python3 slim.py PACK          what the repository keeps, written beside this file
    python3 slim.py PACK OUT      every set of the pack, all windows, for TRIMTAB_GOLDENS=OUT cargo test

Needs the `duckdb` module. Writes for each small set a CSV file for every window (NULL is an empty field;
NaN, inf, -inf are spelled out; floats are written so that they read back to the same bits) and
`expected.json` without what only checks the pack itself; for the flights, whose data stays in Parquet,
only `flights_expected.json`; of the regression set one
window's answers and labels, of the multiclass set the counts alone.
"""
import csv, json, math, pathlib, sys
import duckdb

# Of the pack's own checks, not of the data.
DROPPED = {"own_ev_psi", "own_ev_js", "ev_psi_reproduced", "psi_azure", "psi_frouros", "ev_tvd_p", "ev_bins", "doane_ref"}
REFERENCE = ["n", "n_null", "n_valid", "min", "max", "mean", "q10_edges"]
here = pathlib.Path(__file__).resolve().parent


def pick(source, keys):
    return {k: source[k] for k in keys if k in source}


def slim(expected):
    columns = {c: {"kind": v["kind"], "reference": pick(v["reference"], REFERENCE)} for c, v in expected["columns"].items()}
    windows = {}
    for name, w in expected["windows"].items():
        kept = pick(w, ["n", "note", "missing_columns", "new_columns", "type_changes", "multiple_testing"])
        if "performance" in w:
            kept["performance"] = w["performance"]
        kept.update(pick(w, ["cbpe", "dle"]))
        kept["columns"] = {c: {k: x for k, x in v.items() if k not in DROPPED} for c, v in w["columns"].items()}
        if isinstance(w.get("file"), dict):
            kept["where"] = w["file"]["where"]
        windows[name] = kept
    out = pick(expected, ["set", "title", "licence", "real", "performance_spec"])
    out["definitions"] = {k: v for k, v in expected["definitions"].items() if k not in DROPPED}
    out["columns"], out["windows"] = columns, windows
    for extra in ("weekly_performance", "asof_performance", "shadow_v2_performance", "ops_simulated"):
        if extra in expected:
            out[extra] = expected[extra]
    out.update(pick(expected, ["performance_reference", "cbpe_reference"]))
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


def write_csv(source, path, columns, where="true", labels=None):
    db = duckdb.connect()
    table = f"read_parquet('{source}')"
    if labels:
        table = f"(SELECT l.*, y.label FROM {table} l LEFT JOIN read_parquet('{labels}') y USING (request_id))"
    present = [r[0] for r in db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
    wanted = [c for c in present if columns is None or c in columns]
    names = ", ".join('"' + c.replace('"', '""') + '"' for c in wanted)
    rows = db.execute(f"SELECT {names} FROM {table} WHERE {where}").fetchall()
    with path.open("w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(wanted)
        out.writerows([cell(v) for v in row] for row in rows)


def answers(expected):
    """The columns that quality is computed from."""
    spec = expected.get("performance_spec") or {}
    return {spec[k] for k in ("label", "prediction", "probability") if k in spec} | set(spec.get("probabilities", []))


def small(pack, name):
    folder = here / name
    folder.mkdir(exist_ok=True)
    expected = slim(json.loads((pack / name / "expected.json").read_text()))
    columns = set(expected["columns"]) | answers(expected)
    write_json(folder / "expected.json", expected)
    for parquet in sorted((pack / name).glob("*.parquet")):
        # The faulty windows are wanted as they are; elsewhere, only the columns with reference values.
        write_csv(parquet, folder / (parquet.stem + ".csv"), None if name == "schema_edge" else columns)


def one_window(pack, name, window):
    """Answers and labels of one window, without its features."""
    folder = here / name
    folder.mkdir(exist_ok=True)
    full = json.loads((pack / name / "expected.json").read_text())
    expected = pick(full, ["set", "title", "licence", "real", "performance_spec", "performance_reference"])
    expected["definitions"] = pick(full["definitions"], ["perf"])
    expected["windows"] = {w: {"performance": v["performance"]} for w, v in full["windows"].items()}
    write_json(folder / "expected.json", expected)
    if window:
        write_csv(pack / name / f"current_{window}.parquet", folder / f"current_{window}.csv", answers(full))


def everything(pack, out):
    for path in sorted(pack.glob("*/expected.json")):
        folder = out / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        full = json.loads(path.read_text())
        write_json(folder / "expected.json", slim(full))
        columns = None if path.parent.name == "schema_edge" else set(full["columns"]) | answers(full) | {"label"}
        write_csv(path.parent / "reference.parquet", folder / "reference.csv", columns)
        for window, w in full["windows"].items():
            target, file = folder / f"current_{window}.csv", w["file"]
            if isinstance(file, dict):
                labels = path.parent / "labels/**/*.parquet"
                write_csv(path.parent / file["from"], target, columns, file["where"], labels)
            else:
                write_csv(path.parent / file, target, columns)


def main(pack, out):
    if out:
        return everything(pack, out)
    for name in ("titanic", "schema_edge", "shuttle"):
        small(pack, name)
    one_window(pack, "cards_multi", None)
    one_window(pack, "flights_reg", "2013-02")
    write_json(here / "flights_expected.json", slim(json.loads((pack / "flights_clf" / "expected.json").read_text())))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None)
