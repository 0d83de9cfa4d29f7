"""Runs scenarios with the real `mlflow` client against any MLflow-compatible server.

  python tests/mlflow/run.py --url http://127.0.0.1:5000 --scenario runs --json
      prints what was observed, normalised, as one JSON document
  python tests/mlflow/run.py --url URL --against tests/mlflow/golden
      runs every scenario, compares with recorded answers, prints each difference, exits with 1 when there is one
  python tests/mlflow/run.py --url URL --to FOLDER
      writes each scenario's document there (so were the golden files recorded, from a real `mlflow server`)

Every scenario runs in a process of its own, forked after the imports, with a time limit: a server that hangs fails
that scenario and no other.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import pathlib
import re
import sys
import tempfile
import time
import traceback
import urllib.request
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
# Before the import of mlflow, which reads them: nothing of the machine's own, no waiting for a server that fails.
for name in [n for n in os.environ if n.startswith("MLFLOW_") and n != "MLFLOW_S3_ENDPOINT_URL"]:
    del os.environ[name]
os.environ.update(
    {n: "interop" for n in ("LOGNAME", "USER", "LNAME", "USERNAME")}
    | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    | {"MLFLOW_HTTP_REQUEST_TIMEOUT": "60", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false", "OMP_NUM_THREADS": "1"}
    | {
        "MLFLOW_LOGGING_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
        "GIT_PYTHON_REFRESH": "quiet",
        "NO_PROXY": "127.0.0.1",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    }
)

import compare  # noqa: E402
from normalise import Normaliser  # noqa: E402
from recorder import Recorder  # noqa: E402
from rest import Raw  # noqa: E402


def scenarios():
    """The names of all scenarios."""
    return sorted(p.stem for p in (HERE / "scenarios").glob("*.py") if p.stem != "__init__")


def watch(seen):
    """Tells `seen` about each request that the client sends."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def sent(self, request, **options):
        response = send(self, request, **options)
        seen(request.method, request.path_url, response.status_code)
        return response

    HTTPAdapter.send = sent


def observe(name, url, folder):
    """Runs a scenario in this process: its normalised document, and what broke it off, if anything did."""
    import mlflow

    os.chdir(folder)
    mlflow.set_tracking_uri(url)
    out, broken = Recorder(url, folder), None
    watch(out.seen)
    since = time.time() * 1000 - 2000
    module = importlib.import_module(f"scenarios.{name}")
    try:
        module.run(mlflow.MlflowClient(url), Raw(url), out)
        mlflow.flush_async_logging()
    except Exception:  # noqa: BLE001 - what was seen until then is worth reporting
        broken = traceback.format_exc()
    document = out.document
    if getattr(module, "REQUESTS", True) and not broken:
        document["requests"] = sorted(out.requests)
    words = [(str(folder), "<folder>"), (url, "<url>"), (re.sub("https?://", "", url), "<host>"), (out.salt, "<salt>")]
    normal = Normaliser(words, since, time.time() * 1000 + 2000, getattr(module, "DIGITS", None))
    document = normal.document(document)
    if "requests" in document:
        document["requests"] = sorted({normal.paths(r) for r in document["requests"]})
    return document, broken


def child(name, url, queue):
    """The forked process."""
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        try:
            queue.put(observe(name, url, os.path.realpath(folder)))
        except BaseException:  # noqa: BLE001 - reported, whatever it is
            queue.put(({}, traceback.format_exc()))
        os.chdir("/")


def isolated(name, url, limit):
    """Runs a scenario in a process of its own; what `observe` returns."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=child, args=(name, url, queue))
    process.start()
    # SimpleQueue has no time limit of its own, its reading end does.
    result = queue.get() if queue._reader.poll(limit) else ({}, f"no end after {limit} s")
    process.join(5)
    if process.is_alive():
        process.kill()
        process.join()
    return result


def wait(url, seconds):
    """Waits until the server answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
                return answer.status
        except OSError as error:
            if time.monotonic() > deadline:
                sys.exit(f"{url} does not answer after {seconds} s: {error}")
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--scenario", action="append", help="which ones; without it, all")
    parser.add_argument("--json", action="store_true", help="print the documents")
    parser.add_argument("--against", type=pathlib.Path, help="a folder of documents to compare with")
    parser.add_argument("--same", action="store_true", help="accept no difference: both are MLflow's server")
    parser.add_argument("--to", type=pathlib.Path, help="a folder to write the documents to")
    parser.add_argument("--wait", type=float, default=0, help="seconds for the server to begin to answer")
    parser.add_argument("--limit", type=float, default=180, help="seconds for one scenario")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    import mlflow  # noqa: F401 - once, before the forks

    wait(options.url.rstrip("/"), options.wait)
    accepted, failed = None if options.same else compare.Accepted(), 0
    if options.to:
        options.to.mkdir(parents=True, exist_ok=True)
    for name in options.scenario or scenarios():
        began = time.time()
        document, broken = isolated(name, options.url.rstrip("/"), options.limit)
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        verdict = f"{name} did not finish:\n{broken}" if broken else ""
        if options.json:
            print(text, end="")
        if options.to and not broken:
            (options.to / f"{name}.json").write_text(text)
        if options.against:
            theirs = json.loads((options.against / f"{name}.json").read_text())
            if broken:
                theirs = {k: v for k, v in theirs.items() if k in document}
            verdict = compare.report(name, theirs, json.loads(text), accepted) + verdict
        failed += bool(verdict)
        state = "FAILED" if verdict else "ok"
        print(f"{name} {state} ({time.time() - began:.1f} s)", file=sys.stderr, flush=True)
        if verdict:
            print(verdict, flush=True)
    print(f"{failed} scenarios failed" if failed else "no difference", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
