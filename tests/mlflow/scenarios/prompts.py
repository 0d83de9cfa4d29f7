"""Prompts: entries of the registry with tags of their own."""

import time

import mlflow


def linked(raw, name):
    """Waits for the client's own thread, which ties a new prompt to an experiment by a tag."""
    deadline = time.time() + 20
    while time.time() < deadline:
        tags = raw.get("registered-models/get", name=name)["registered_model"]["tags"]
        if any(t["key"] == "_mlflow_experiment_ids" for t in tags):
            return True
    return False


def run(client, raw, out):
    name = out.name("greeting")
    out(
        "register",
        lambda: mlflow.genai.register_prompt(name, "Hello {{ who }}", commit_message="first", tags={"team": "fog"}),
    )
    out("register again", lambda: mlflow.genai.register_prompt(name, "Good day {{ who }}", commit_message="second"))
    out(
        "register a chat",
        lambda: mlflow.genai.register_prompt(out.name("chat"), [{"role": "user", "content": "Hi {{ who }}"}]),
    )
    out("tied to an experiment", linked(raw, name))
    out("load", lambda: mlflow.genai.load_prompt(name, version=1).format(who="you"))
    out("load latest", lambda: mlflow.genai.load_prompt(f"prompts:/{name}@latest").template)
    out("load by uri", lambda: mlflow.genai.load_prompt(f"prompts:/{name}/1").template)
    out("load nobody", lambda: mlflow.genai.load_prompt(out.name("nobody"), version=1))
    out("load nobody quietly", lambda: mlflow.genai.load_prompt(out.name("nobody"), version=1, allow_missing=True))
    out("load unknown version", lambda: mlflow.genai.load_prompt(name, version=99))
    out("alias", lambda: mlflow.genai.set_prompt_alias(name, "production", 1))
    out("load by alias", lambda: mlflow.genai.load_prompt(f"prompts:/{name}@production").version)
    out("delete alias", lambda: mlflow.genai.delete_prompt_alias(name, "production"))
    out("load by deleted alias", lambda: mlflow.genai.load_prompt(f"prompts:/{name}@production", cache_ttl_seconds=0))
    out("search", lambda: sorted(p.name for p in mlflow.genai.search_prompts(f"name LIKE '%{out.salt}'")))
    out("not among the models", lambda: client.search_registered_models(f"name LIKE '%{out.salt}'"))
    out("get", lambda: client.get_prompt(name))
    out("version", lambda: client.get_prompt_version(name, 1).template)
    out("versions", lambda: client.search_prompt_versions(name))
    out("set tag", lambda: client.set_prompt_tag(name, "a", "b"))
    out("delete tag", lambda: client.delete_prompt_tag(name, "team"))
    out("set version tag", lambda: client.set_prompt_version_tag(name, 1, "x", "y"))
    out("tags", lambda: (client.get_prompt(name).tags, client.get_prompt_version(name, 1).tags))
    out("as a model", lambda: client.get_registered_model(name))
    out("raw model", raw.get("registered-models/get", name=name))
    out("raw versions", raw.get("model-versions/search", filter=f"name = '{name}'"))
    model = out.name("model")
    client.create_registered_model(model)
    out("register over a model", lambda: mlflow.genai.register_prompt(model, "x"))
    out("model over a prompt", lambda: client.create_registered_model(name))
    out("raw version over a prompt", raw.post("model-versions/create", name=name, source="s3://b/x"))
    out("no template", lambda: mlflow.genai.register_prompt(out.name("none"), ""))
    out("bad name", lambda: mlflow.genai.register_prompt("a/b", "x"))
    out("delete version", lambda: client.delete_prompt_version(name, "2"))
    out("delete with versions", lambda: client.delete_prompt(name))
    out("delete the last version", lambda: client.delete_prompt_version(name, "1"))
    out("delete", lambda: client.delete_prompt(name))
    out("gone", lambda: client.get_prompt(name))
