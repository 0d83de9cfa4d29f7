"""Pages read while others write: what was there before comes exactly once."""

import threading

import mlflow
from mlflow.entities import Metric

# How many pages there are depends on the writers.
REQUESTS = False


class Writer:
    """Repeats an act in a thread until it is closed."""

    def __init__(self, act):
        self.errors, self.stop, self.count = [], threading.Event(), 0
        self.first = threading.Event()
        self.thread = threading.Thread(target=self.work, args=[act])
        self.thread.start()
        self.first.wait(30)

    def work(self, act):
        while not self.stop.is_set():
            try:
                act(self.count)
            except Exception as error:  # noqa: BLE001 - an observation
                self.errors.append(str(error))
                break
            finally:
                self.first.set()
            self.count += 1

    def close(self):
        self.stop.set()
        self.thread.join()
        return self.errors


def pages(fetch):
    """Everything that a client's search gives, page by page."""
    out, token = [], None
    for _ in range(500):
        page = fetch(token)
        out += page
        token = page.token
        if not token:
            return out
    raise RuntimeError("no last page")


def run(client, raw, out):
    other = mlflow.MlflowClient(out.url)
    experiment = client.create_experiment(out.name("busy"))
    before = [client.create_run(experiment, start_time=1000 + i, run_name=f"r{i}").info.run_id for i in range(40)]

    def once(found):
        return {"all": set(before) <= set(found), "once": len(found) == len(set(found))}

    writer = Writer(lambda i: other.create_run(experiment, start_time=10_000 + i, run_name=f"later {i}"))
    runs = pages(
        lambda t: client.search_runs([experiment], max_results=5, page_token=t, order_by=["attributes.start_time ASC"])
    )
    out("runs, others come later", once([r.info.run_id for r in runs]))
    # An experiment of their own keeps the writers out of this search.
    filtered = pages(
        lambda t: client.search_runs(
            [experiment],
            "attributes.start_time < 2000",
            max_results=7,
            page_token=t,
            order_by=["attributes.run_name DESC"],
        )
    )
    out("runs, filtered", once([r.info.run_id for r in filtered]) | {"count": len(filtered)})
    out("writer of runs", writer.close())

    writer = Writer(lambda i: other.log_metric(before[i % 40], "m", i, step=i, timestamp=i + 1))
    runs = pages(
        lambda t: client.search_runs([experiment], "attributes.start_time < 2000", max_results=6, page_token=t)
    )
    out(
        "runs, others log to them", once([r.info.run_id for r in runs]) | {"order": [r.info.run_name for r in runs][:3]}
    )
    out("writer of metrics", writer.close())

    it = before[0]
    client.log_batch(it, [Metric("h", float(i), 1 + i, i) for i in range(900)])
    writer = Writer(lambda i: other.log_batch(it, [Metric("h", -1.0, 100_000 + i, 100_000 + i)]))
    steps, token = [], None
    for _ in range(200):
        page = raw.get("metrics/get-history", run_id=it, metric_key="h", max_results=50, page_token=token).body
        steps += [m["step"] for m in page["metrics"]]
        token = page.get("next_page_token")
        if not token or steps[-1] >= 100_000:
            break
    out("history", {"first": [s for s in steps if s < 100_000] == list(range(900))})
    out("writer of history", writer.close())

    for i in range(25):
        client.create_registered_model(out.name(f"a{i:02}"))
    writer = Writer(lambda i: other.create_registered_model(out.name(f"b{i:05}")))
    models = pages(lambda t: client.search_registered_models(f"name LIKE '%{out.salt}'", max_results=4, page_token=t))
    names = [m.name for m in models]
    out(
        "models",
        {"first": names[:25] == [out.name(f"a{i:02}") for i in range(25)], "once": len(names) == len(set(names))},
    )
    out("writer of models", writer.close())

    writer = Writer(lambda i: other.set_tag(it, f"t{i % 50}", str(i)))
    seen = [len(client.get_run(it).data.params) for _ in range(20)]
    out("a run that is written to", {"params": sum(seen), "tags": client.get_run(it).data.tags.get("t0") is not None})
    out("writer of tags", writer.close())
