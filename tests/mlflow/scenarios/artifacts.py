"""Artifacts through the server's proxy: every way to log, list, read and delete them, and bare HTTP."""

import os
import urllib.parse

import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

HEADERS = ("Content-Disposition", "X-Content-Type-Options", "Content-Length")


def run(client, raw, out):
    experiment = client.create_experiment(out.name("artifacts"))
    it = client.create_run(experiment, start_time=1, run_name="one").info.run_id
    out("ids", {"experiment_id": experiment, "run_id": it})
    out("none yet", lambda: client.list_artifacts(it))
    out("raw none yet", raw.get("artifacts/list", run_id=it))

    folder = os.path.join(out.folder, "tree")
    os.makedirs(os.path.join(folder, "deep", "deeper"))
    files = {
        "a.txt": b"text\n",
        "data.json": b"{}",
        "bytes.bin": bytes(range(256)) * 40,
        "empty": b"",
        "deep/b.csv": b"x,y\n1,2\n",
        "deep/deeper/c.html": b"<b>x</b>",
        "with space.txt": b"space",
        "umlaut ä☃.txt": b"unicode",
        "plus+and%20percent.txt": b"odd",
        "hash#and?query.md": b"# x",
        "noext": b"n",
        ".hidden": b"h",
        "image.png": b"\x89PNG\r\n\x1a\n",
        "a.tar.gz": b"z",
        "MLmodel": b"flavors: {}\n",
        "q'uote\".yaml": b"a: 1",
    }
    for path, data in files.items():
        with open(os.path.join(folder, path), "wb") as file:
            file.write(data)
    out("log one", lambda: client.log_artifact(it, os.path.join(folder, "a.txt")))
    out("log one into a folder", lambda: client.log_artifact(it, os.path.join(folder, "a.txt"), "sub/folder"))
    out("log all", lambda: client.log_artifacts(it, folder, "all"))
    out("log text", lambda: client.log_text(it, "text ä\n", "texts/t.txt"))
    out("log dict", lambda: client.log_dict(it, {"a": [1, 2]}, "texts/d.json"))
    out("log yaml", lambda: client.log_dict(it, {"a": [1, 2]}, "texts/d.yaml"))
    out("log table", lambda: client.log_table(it, {"q": ["a", "b"], "n": [1, 2]}, "table.json"))
    out("load table", lambda: client.load_table(experiment, "table.json", run_ids=[it]))
    out("table's tag", lambda: client.get_run(it).data.tags.get("mlflow.loggedArtifacts"))
    import numpy
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2, 3])
    out("log figure", lambda: client.log_figure(it, figure, "plots/line.png"))
    # Such names hold percent signs.
    out(
        "log image", lambda: client.log_image(it, numpy.zeros((4, 4, 3), dtype="uint8"), key="dog", step=3, timestamp=5)
    )
    images = [f.path for f in client.list_artifacts(it, "images")]
    out("images", images)
    out("image comes back", lambda: [len(open(client.download_artifacts(it, i), "rb").read()) > 0 for i in images])
    out("log what is not there", lambda: client.log_artifact(it, os.path.join(folder, "nothing")))
    out("overwrite", lambda: client.log_text(it, "new", "texts/t.txt"))
    for path in None, "", "all", "all/", "all/deep", "sub", "sub/folder", "texts/t.txt", "nothing", "nothing/at/all":
        out(f"list {path!r}", lambda: client.list_artifacts(it, path))
        out(f"raw list {path!r}", raw.get("artifacts/list", run_id=it, path=path))
    for path in (
        "..",
        "../..",
        "all/../..",
        "/etc",
        "/",
        "//etc",
        "all/../texts",
        "%2e%2e",
        "..%2f..",
        "all/%2e%2e/%2e%2e",
        "C:\\x",
        "a\\..\\b",
        "file:///etc",
        "\x00",
        "a/./b",
        ".",
    ):
        out(f"raw list {path!r}", raw.get("artifacts/list", run_id=it, path=path))
    out("raw list of nobody", raw.get("artifacts/list", run_id="f" * 32))
    out("raw list, nothing", raw.get("artifacts/list"))
    out("raw list by uuid", raw.get("artifacts/list", run_uuid=it, path="sub"))
    out("raw list, page token", raw.get("artifacts/list", run_id=it, path="sub", page_token="x"))

    base = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{it}/artifacts"
    for path in files:
        quoted = urllib.parse.quote(path)
        got = raw.send("GET", f"{base}/all/{quoted}", keep=HEADERS)
        # Of an error, only its own text is long or short.
        kept = {} if got.status == 200 else {"headers": None}
        out(f"get {path}", got.plain() | kept | {"whole": got.raw == files[path]})
    with open(client.download_artifacts(it, "all/bytes.bin"), "rb") as file:
        out("download", file.read() == files["bytes.bin"])
    down = client.download_artifacts(it, "all", dst_path=out.folder)
    found = {
        os.path.relpath(os.path.join(d, f), down): open(os.path.join(d, f), "rb").read()
        for d, _, names in os.walk(down)
        for f in names
    }
    out("download a folder", {"all there": found == files, "files": sorted(found)})
    out("download nothing", lambda: client.download_artifacts(it, "nothing"))
    out("download by uri", lambda: open(mlflow.artifacts.download_artifacts(f"runs:/{it}/texts/t.txt")).read())
    out("load text", lambda: mlflow.artifacts.load_text(f"runs:/{it}/texts/t.txt"))
    out("load dict", lambda: mlflow.artifacts.load_dict(f"mlflow-artifacts:/{experiment}/{it}/artifacts/texts/d.json"))

    listing = lambda **q: raw.get("/api/2.0/mlflow-artifacts/artifacts", **q)  # noqa: E731
    out("proxy list", listing(path=f"{experiment}/{it}/artifacts/sub"))
    out("proxy list a file", listing(path=f"{experiment}/{it}/artifacts/a.txt"))
    out("proxy list nothing there", listing(path=f"{experiment}/{it}/artifacts/nothing"))
    for path in "..", "../..", "/etc", "%2e%2e", "1/../..", "a/../../b":
        out(f"proxy list {path!r}", listing(path=path))
    put = lambda path, data=b"x", type="text/plain": raw.send("PUT", path, data, {"Content-Type": type})  # noqa: E731
    out("put", put(f"{base}/put/x.txt"))
    out("put without a type", raw.send("PUT", f"{base}/put/y.txt", b"y"))
    out("put json", put(f"{base}/put/z.json", b"{bad", "application/json"))
    out("put nothing", put(f"{base}/put/empty.txt", b""))
    out("put over a folder", put(f"{base}/put"))
    out("put below a file", put(f"{base}/put/x.txt/below"))
    for path in (
        "../../../x",
        "put/../../../../x",
        "%2e%2e/%2e%2e/%2e%2e/x",
        "..%2f..%2f..%2fx",
        "put/%252e%252e/x",
        "put/./x",
        "put//x",
        "put/%00x",
        "a%5c..%5cb",
        "~/x",
        "put/x%0Ay",
    ):
        out(f"put {path}", put(f"{base}/{path}"))
        out(f"get {path}", raw.send("GET", f"{base}/{path}"))
        out(f"delete {path}", raw.send("DELETE", f"{base}/{path}"))
    out("put, then listed", raw.get("artifacts/list", run_id=it, path="put"))
    out("get a folder", raw.send("GET", f"{base}/all"))
    out("get nothing", raw.send("GET", f"{base}/nothing.txt"))
    out(
        "get a part",
        raw.send(
            "GET", f"{base}/all/bytes.bin", headers={"Range": "bytes=10-19"}, keep=("Content-Range", "Content-Length")
        ),
    )
    out("head", raw.send("HEAD", f"{base}/all/a.txt", keep=HEADERS).plain() | {"body": ""})
    out("post", raw.send("POST", f"{base}/all/a.txt", b"x", {"Content-Type": "text/plain"}))
    out("delete", raw.send("DELETE", f"{base}/put/x.txt"))
    out("delete again", raw.send("DELETE", f"{base}/put/x.txt"))
    out("delete a folder", raw.send("DELETE", f"{base}/put"))
    out("deleted", raw.get("artifacts/list", run_id=it, path="put"))
    out(
        "delete by the client",
        lambda: get_artifact_repository(client.get_run(it).info.artifact_uri).delete_artifacts("sub"),
    )
    out("sub deleted", lambda: client.list_artifacts(it, "sub"))

    for path, body in {
        "create": {"path": "big.bin", "num_parts": 2},
        "complete": {"path": "big.bin", "upload_id": "x", "parts": []},
        "abort": {"path": "big.bin", "upload_id": "x"},
    }.items():
        out(f"multipart {path}", raw.post(f"/api/2.0/mlflow-artifacts/mpu/{path}/{experiment}/{it}/artifacts", body))
    out("presigned", raw.send("GET", f"/api/2.0/mlflow-artifacts/presigned/{experiment}/{it}/artifacts/a.txt"))
    out("presigned upload", raw.post("artifacts/presigned-upload-url", run_id=it, path="x"))
    out("presigned download", raw.post("artifacts/presigned-download-url", run_id=it, path="x"))

    here = client.create_experiment(out.name("local"), artifact_location="file://" + os.path.join(out.folder, "store"))
    local = client.create_run(here, start_time=1, run_name="local").info.run_id
    out("local ids", {"experiment_id": here, "run_id": local})
    out("local log", lambda: client.log_text(local, "text", "t.txt"))
    out("local list", lambda: client.list_artifacts(local))
    out("local raw list", raw.get("artifacts/list", run_id=local))
    out("local uri", {"uri": client.get_run(local).info.artifact_uri})
    out("deleted run's artifacts", lambda: (client.delete_run(it), client.list_artifacts(it, "texts")))
    out("deleted run, log", lambda: client.log_text(it, "x", "later.txt"))
