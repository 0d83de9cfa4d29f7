"""Artifacts in object storage: the client writes and reads there itself, the server lists what lies there.

The storage's address and keys are in the environment, for the servers too; see the test that starts it.
"""

import boto3
import botocore
import mlflow

# The client speaks with the storage, not with the server.
REQUESTS = False


def run(client, raw, out):
    # Each server has the storage, and its own bucket there.
    bucket = out.name("depot").lower().replace("_", "-").replace(" ", "-")
    storage = boto3.client("s3", config=botocore.config.Config(s3={"addressing_style": "path"}))
    storage.create_bucket(Bucket=bucket)
    location = f"s3://{bucket}/some where/ü"
    experiment = client.create_experiment(out.name("s3"), artifact_location=location)
    made = client.create_run(experiment)
    run_id, uri = made.info.run_id, made.info.artifact_uri
    out("below the location", uri == f"{location}/{run_id}/artifacts")
    with open("notes.txt", "w") as file:
        file.write("kept in a bucket")
    client.log_artifact(run_id, "notes.txt")
    client.log_artifact(run_id, "notes.txt", "model/data")
    client.log_text(run_id, "odd", "sp ace/#1 ünï%20.txt")
    client.log_dict(run_id, {"a": 1}, "model/MLmodel.json")
    for path in ("", "model", "model/data", "sp ace", "notes.txt", "nothing"):
        out(f"listed {path}", raw.get("artifacts/list", run_id=run_id, path=path) if path else raw.get("artifacts/list", run_id=run_id))
    out("left below", raw.get("artifacts/list", run_id=run_id, path="../.."))
    out("by the client", sorted(f.path for f in client.list_artifacts(run_id)))
    out("read back", mlflow.artifacts.load_text(f"{uri}/model/data/notes.txt"))
    # More than one page of the storage's.
    for i in range(1005):
        storage.put_object(Bucket=bucket, Key=f"some where/ü/{run_id}/artifacts/many/{i:04}", Body=b"x")
    many = raw.get("artifacts/list", run_id=run_id, path="many")
    names = [f["path"] for f in many.body.get("files", [])]
    out("many", [len(names), names[:1], names[-1:], names == sorted(names)])
