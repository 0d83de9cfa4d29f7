"""The calls that MLflow's own pages make over GraphQL: runs, experiments, versions, history, artifacts."""

RUN = """
query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
  mlflowGetRun(input: $data) {
    __typename
    apiError { helpUrl code message }
    run {
      info { runName status runUuid runId experimentId artifactUri endTime lifecycleStage startTime userId }
      experiment { __typename experimentId name tags { key value } artifactLocation lifecycleStage lastUpdateTime creationTime }
      modelVersions { status version name source runId description currentStage aliases tags { key value } }
      data { metrics { key value step timestamp } params { key value } tags { ...pair } }
      inputs {
        datasetInputs { dataset { digest name profile schema source sourceType } tags { key value } }
        modelInputs { modelId }
      }
      outputs { modelOutputs { modelId step } }
    }
  }
}
fragment pair on MlflowRunTag { key value }
"""

SEARCH = """
query Search($ids: [String], $most: Int = 1, $view: MlflowViewType) {
  found: mlflowSearchRuns(input: {experimentIds: $ids, maxResults: $most, runViewType: $view, orderBy: ["metrics.a DESC"]}) {
    runs { info { runId runName status } data { ... on MlflowRunData { params { k: key } } } }
  }
}
"""

HISTORY = """
query History($data: MlflowGetMetricHistoryBulkIntervalInput!) {
  mlflowGetMetricHistoryBulkInterval(input: $data) { metrics { timestamp step runId key value } apiError { code } }
}
"""


def run(client, raw, out):
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

    made = client.create_experiment(out.name("graphql"), tags={"who": "me"})
    first = client.create_run(made, start_time=1, run_name="first").info.run_id
    second = client.create_run(made, start_time=2, run_name="second").info.run_id
    out("ids", {"experiment_id": made, "run_id": first})
    points = [Metric("a", i / 8, 1000 + i, i) for i in range(20)]
    client.log_batch(first, points, [Param("depth", "3")], [RunTag("zone", "eu")])
    client.log_metric(first, "nan", float("nan"), timestamp=5)
    client.log_metric(first, "inf", float("inf"), timestamp=5)
    dataset = Dataset("d", "1", "local", "{}", schema="s")
    client.log_inputs(first, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.log_text(first, "hello", "notes/a.txt")
    client.set_terminated(first, end_time=9)
    name = out.name("graphql-model")
    client.create_registered_model(name)
    source = f"{client.get_run(first).info.artifact_uri}/model"
    client.create_model_version(name, source, first, tags={"t": "1"}, description="fair")

    def ask(what, query, operation=None, **variables):
        body = {"query": query, "variables": variables}
        if operation:
            body["operationName"] = operation
        out(what, raw.json("POST", "/graphql", body))

    ask("a run", RUN, "GetRun", data={"runId": first})
    ask("a bare run", RUN, "GetRun", data={"runUuid": second})
    ask("no run", RUN, data={"runId": "0" * 32})
    ask("the best", SEARCH, ids=[made])
    ask("both", SEARCH, ids=made, most=5, view="ACTIVE_ONLY")
    ask("none deleted", SEARCH, ids=[made], view="DELETED_ONLY")
    ask("history", HISTORY, data={"runIds": [first], "metricKey": "a", "maxResults": 5})
    ask("part of a history", HISTORY, data={"runIds": [first], "metricKey": "a", "startStep": 3, "endStep": 6, "maxResults": 5})
    ask("not a number", HISTORY, data={"runIds": [first], "metricKey": "inf", "maxResults": 5})
    ask("an experiment", f'{{ mlflowGetExperiment(input: {{experimentId: "{made}"}}) {{ experiment {{ name tags {{ key value }} }} }} }}')
    ask("no experiment", '{ mlflowGetExperiment(input: {experimentId: "123456789"}) { experiment { name } } }')
    ask("a folder", f'{{ mlflowListArtifacts(input: {{runId: "{first}", path: "notes"}}) {{ rootUri files {{ path isDir fileSize }} nextPageToken }} }}')
    ask("folders", f'{{ mlflowListArtifacts(input: {{runId: "{first}"}}) {{ files {{ path isDir fileSize }} }} }}')
    ask(
        "versions",
        f"""{{ mlflowSearchModelVersions(input: {{filter: "name = '{name}'", maxResults: 5}}) {{
            modelVersions {{ name version status currentStage description source runId tags {{ key value }} }} nextPageToken }} }}""",
    )
    ask("a mutation", f'mutation m {{ mlflowSearchRuns(input: {{ experimentIds: ["{made}"] }}) {{ runs {{ info {{ runId }} }} }} }}', "m")
    ask("datasets", f'mutation {{ mlflowSearchDatasets(input: {{experimentIds: ["{made}"]}}) {{ datasetSummaries {{ experimentId name digest context }} }} }}')
    ask("an echo", 'query testQuery {test(inputString: "abc") { output }}', "testQuery")
    ask("two of one", 'query { a: test(inputString: "x") { output } b: test(inputString: "y") { o: output } }')
    ask("which of two", 'query a { test(inputString: "a") { output } } query b { test(inputString: "b") { output } }', "b")
    ask("none of two", 'query a { test(inputString: "a") { output } } query b { test(inputString: "b") { output } }')
    ask("no such one", 'query a { test(inputString: "a") { output } }', "c")

    # What is wrong is said in the answer, with 200.
    ask("too many fields", "{ " + " ".join(f'k{i}: test(inputString: "x") {{ output }}' for i in range(12)) + " }")
    ask("too many names", '{ test(inputString: "x") { ' + " ".join(f"o{i}: output" for i in range(11)) + " } }")
    ask("too deep", "{ a " * 12 + "{ b }" + " }" * 12)
    ask("too wide", "{ test { " + "output " * 1001 + " } }")
    ask("unknown field", f'{{ mlflowGetRun(input: {{runId: "{first}"}}) {{ run {{ nonsense }} }} }}')
    ask("unknown call", "{ nonsense { x } }")
    ask("no selection", f'{{ mlflowGetRun(input: {{runId: "{first}"}}) {{ run }} }}')
    ask("a selection of a text", '{ test(inputString: "x") { output { x } } }')
    ask("unknown argument", '{ test(nonsense: "x") { output } }')
    ask("unknown input", '{ mlflowGetRun(input: {nonsense: "x"}) { run { info { runId } } } }')
    ask("directive", '{ test(inputString: "x") @include(if: true) { output } }')
    ask("unknown fragment", '{ test(inputString: "x") { ...nonsense } }')
    ask("a variable left out", RUN, "GetRun")
    ask("a variable of nobody", "{ mlflowGetRun(input: $x) { run { info { runId } } } }")
    for body in ({}, {"query": None}, {"query": "{"}, {"query": ""}, {"query": 5}):
        out(f"query {body}", raw.json("POST", "/graphql", body))
    out("got", raw.json("GET", "/graphql", {"query": 'query {test(inputString: "abc") { output }}'}))
