"""A file in parts, as the client sends large ones when it is told to; a server that takes none gets it whole."""

import hashlib
import os
import random

import mlflow

# How a file goes over is each server's own; that it arrives is not.
REQUESTS = False

SETTINGS = {
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
    "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "1000",
    "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "100000",
}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def run(client, raw, out):
    experiment = client.create_experiment(out.name("multipart"))
    it = client.create_run(experiment).info.run_id
    source = random.Random(11)
    before = {name: os.environ.get(name) for name in SETTINGS}
    os.environ.update(SETTINGS)
    try:
        for name, size in {"seven parts.bin": 654_321, "even.bin": 300_000, "one.bin": 99_999, "small.bin": 10}.items():
            with open(name, "wb") as file:
                file.write(source.randbytes(size))
            client.log_artifact(it, name, "mödels/a")
            back = mlflow.artifacts.download_artifacts(run_id=it, artifact_path=f"mödels/a/{name}")
            out(name, [size, digest(back) == digest(name)])
        # Again, in place of what was there.
        with open("even.bin", "wb") as file:
            file.write(source.randbytes(250_000))
        client.log_artifact(it, "even.bin", "mödels/a")
        back = mlflow.artifacts.download_artifacts(run_id=it, artifact_path="mödels/a/even.bin")
        out("anew", digest(back) == digest("even.bin"))
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    out("listed", [(file.path, file.file_size) for file in client.list_artifacts(it, "mödels/a")])
