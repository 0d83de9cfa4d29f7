#!/usr/bin/env python3
"""Trimtab beside a real `mlflow server` (SQLite), in one run: wall time and the server's CPU for each operation.

  python benches/mlflow_compare.py --trimtab target/release/trimtab [--sizes 1000] [--points 100000] [--secs 5]
  python benches/mlflow_compare.py --trimtab target/release/trimtab --sizes 100000 --points 1000000 --seeded --clients 16

With `--seeded` MLflow's database is filled before its server starts (mlflow_seed_sqlite.py): over its API 100,000 runs
take hours. Ours is filled over the API. Run it with a Python that has `mlflow` (tests/mlflow/requirements.txt). `mlflow_baseline.py` does the measuring; it
takes any MLflow-compatible server. Every ratio is theirs by ours: above 1 we are faster or cheaper.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
POLICY = '[workspace]\nname = "bench"\n\n[agent]\nhttp = "127.0.0.1:PORT"\n'


def seeded(folder, options):
    """A database of MLflow's with the runs and points that are searched and read; where its artifacts would lie."""
    database = pathlib.Path(folder) / "seed.db"
    init = "import sys; from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine_with_retry as c\n"
    init += "_initialize_tables(c(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", init, f"sqlite:///{database}"], check=True)
    seed = [sys.executable, HERE / "mlflow_seed_sqlite.py", database, "mlflow-artifacts:", options.sizes, str(options.points)]
    subprocess.run(seed, check=True)
    return database


def measured(label, command, options):
    """What the baseline says of one server."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        run = [sys.executable, HERE / "mlflow_baseline.py", "--label", label, "--start-cmd", command]
        run += ["--phases", "startup,log_metric,log_batch,concurrent,search,history", "--json", out.name]
        for name in ("sizes", "points", "secs", "repeat", "clients"):
            run += [f"--{name}", str(getattr(options, name))]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        return json.load(open(out.name))


def at(document, *path):
    """A figure, or None where a phase failed."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def rows(options):
    """What is compared: name, unit, where it stands, whether more is better."""
    yield "start to health", "s", ("startup", "restart_to_health_s"), False
    yield "memory, idle", "MiB", ("startup", "idle_pss_mib"), False
    yield "log_metric, one client", "/s", ("log_metric", "raw_calls_per_s"), True
    yield "log_metric, server CPU", "ms", ("log_metric", "server_cpu_ms_per_op"), False
    yield "log-batch of 1,000", "metrics/s", ("log_batch", "metrics_per_s"), True
    yield "log-batch, server CPU", "ms", ("log_batch", "server_cpu_ms_per_op"), False
    yield f"log_metric, {options.clients} clients", "/s", ("concurrent", "log_metric", "calls_per_s"), True
    yield f"log-batch, {options.clients} clients", "metrics/s", ("concurrent", "log_batch", "metrics_per_s"), True
    for size in options.sizes.split(","):
        for name in ("filter_order_100", "latest_100", "latest_1000"):
            phase = f"search:{size}:{name}"
            yield f"{phase}, p50", "ms", (phase, "p50_ms"), False
            yield f"{phase}, server CPU", "ms", (phase, "server_cpu_ms_per_op"), False
    yield "history, all pages", "s", ("history", "total_s"), False
    yield "history, server CPU", "s", ("history", "server_cpu_s"), False
    yield "bulk interval, p50", "ms", ("bulk_interval", "p50_ms"), False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trimtab", required=True, help="the release binary")
    parser.add_argument("--sizes", default="1000", help="runs in the searched experiments, by commas")
    parser.add_argument("--points", type=int, default=100_000, help="points of the history that is read")
    parser.add_argument("--secs", type=float, default=5, help="length of each writing phase")
    parser.add_argument("--clients", type=int, default=4, help="writers at once")
    parser.add_argument("--seeded", action="store_true", help="fill MLflow's database before its server starts")
    parser.add_argument("--repeat", type=int, default=20, help="searches of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = pathlib.Path(folder) / "start.sh"
        start.write_text(
            f"mkdir -p \"$1/w\"; printf '%s' '{POLICY}' | sed \"s/PORT/$2/\" > \"$1/w/trimtab.toml\"\n"
            f"exec '{pathlib.Path(options.trimtab).resolve()}' agent run --workspace \"$1/w\"\n"
        )
        ours = measured("trimtab", f"sh {start} {{dir}} {{port}}", options)
        if options.seeded:
            database = seeded(folder, options)
        server = f"{sys.executable} -m mlflow server --backend-store-uri sqlite:///{{dir}}/m.db"
        server += " --artifacts-destination {dir}/artifacts --host 127.0.0.1 --port {port}"
        if options.seeded:
            script = pathlib.Path(folder) / "mlflow.sh"
            copy = f"test -e $1/m.db || cp {database} $1/m.db\n"
            script.write_text(copy + "exec " + server.replace("{dir}", "$1").replace("{port}", "$2") + "\n")
            server = f"sh {script} {{dir}} {{port}}"
        theirs = measured("mlflow", server, options)
    print(f"{'':38} {'mlflow':>12} {'trimtab':>12}  ratio")
    for name, unit, path, more in rows(options):
        a, b = at(theirs, *path), at(ours, *path)
        if not a or not b:
            print(f"{name:38} {a!s:>12} {b!s:>12}  {unit}")
            continue
        ratio = b / a if more else a / b
        print(f"{name:38} {a:12.2f} {b:12.2f}  {ratio:6.1f} x  {unit}")


if __name__ == "__main__":
    main()
