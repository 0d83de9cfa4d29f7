"""Code with tracing decorators runs, whether the server takes traces or says that it does not."""

import time

import mlflow

# A server without traces gets other requests.
REQUESTS = False


def run(client, raw, out):
    mlflow.set_experiment(out.name("traced"))

    @mlflow.trace
    def double(x):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"x": x})
            return 2 * x

    began = time.time()
    out("result", double(21))
    with mlflow.start_run(run_name="traced") as active:
        out("in a run", double(4))
        mlflow.log_metric("m", 1.0, step=0, timestamp=1)
    out("flushed", lambda: mlflow.flush_trace_async_logging())
    # The client waits minutes for a server that answers 5xx to what will never work.
    out("soon", time.time() - began < 60)
    out("run", lambda: client.get_run(active.info.run_id).data.metrics)
    out("run's state", lambda: client.get_run(active.info.run_id).info.status)
