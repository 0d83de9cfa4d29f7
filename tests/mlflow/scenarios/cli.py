"""The `mlflow` command."""

import os
import re


def run(client, raw, out):
    os.environ["MLFLOW_TRACKING_URI"] = out.url
    from click.testing import CliRunner
    from mlflow.cli import cli

    def call(*args):
        result = CliRunner().invoke(cli, [str(a) for a in args])
        # The widths of a table's columns follow the ids in them.
        text = re.sub(r"-{3,}", "---", re.sub(r"[ \t]+", " ", result.output))
        return {"code": result.exit_code, "text": text} | (
            {"error": result.exception} if result.exception and not isinstance(result.exception, SystemExit) else {}
        )

    name = out.name("command")
    experiment = client.create_experiment(out.name("known"))
    out("ids", {"experiment_id": experiment})
    made = call("experiments", "create", "-n", name)
    made_id = re.search(r"id (\d+)", made["text"])
    out("create", {"experiment_id": made_id and made_id[1]} | made)
    out("create again", call("experiments", "create", "-n", name))
    it = client.get_experiment_by_name(name).experiment_id
    out("rename", call("experiments", "rename", "-x", it, "--new-name", out.name("renamed")))
    out("delete", call("experiments", "delete", "-x", it))
    out("delete again", call("experiments", "delete", "-x", it))
    out("restore", call("experiments", "restore", "-x", it))
    listed = call("experiments", "search", "-v", "all")
    out(
        "search",
        {"code": listed["code"], "mine": [line.split()[1] for line in listed["text"].splitlines() if out.salt in line]},
    )
    one = client.create_run(experiment, start_time=1000, run_name="one").info.run_id
    client.log_metric(one, "m", 0.5, step=1, timestamp=5)
    client.log_param(one, "p", "x")
    out("run", {"run_id": one})
    out("runs", call("runs", "list", "--experiment-id", experiment))
    out("describe", call("runs", "describe", "--run-id", one))
    out("delete run", call("runs", "delete", "--run-id", one))
    out("deleted runs", call("runs", "list", "--experiment-id", experiment, "--view", "deleted_only"))
    out("restore run", call("runs", "restore", "--run-id", one))
    out("describe nobody", call("runs", "describe", "--run-id", "f" * 32))
    with open(os.path.join(out.folder, "file.txt"), "w") as file:
        file.write("content\n")
    out(
        "log artifact",
        call("artifacts", "log-artifact", "--local-file", file.name, "--run-id", one, "--artifact-path", "sub"),
    )
    out("list artifacts", call("artifacts", "list", "--run-id", one, "--artifact-path", "sub"))
    out(
        "download artifact",
        call("artifacts", "download", "--run-id", one, "--artifact-path", "sub/file.txt", "-d", out.folder),
    )
    out("csv", call("experiments", "csv", "-x", experiment)["text"].splitlines()[0].split(",")[:5])
    out("doctor", call("doctor")["code"])
