use super::*;
use proptest::prelude::*;

/// What is wrong with a query, before anything is called.
fn wrong(query: &str) -> Vec<String> {
    if let Err(why) = limits::text(query) {
        return vec![why];
    }
    let parsed = match parse_query(query) {
        Ok(parsed) => parsed,
        Err(error) => return vec![error.to_string()],
    };
    if let Err(why) = limits::document(&parsed) {
        return vec![why];
    }
    Document::read(&parsed, None, None)
        .err()
        .unwrap_or_default()
}

#[test]
fn fragments_that_go_round_are_refused() {
    let round = "{ test(inputString: \"x\") { ...a } } fragment a on Test { ...b } fragment b on Test { output ...a }";
    assert_eq!(wrong(round), ["Cannot spread fragment 'a' within itself."]);
    let deep =
        "{ mlflowGetRun(input: {}) { ...a } } fragment a on MlflowGetRunResponse { run { ...b } }
        fragment b on MlflowRunExtension { info { ...a } }";
    assert!(!wrong(deep).is_empty());
    let other = "{ test(inputString: \"x\") { ... on MlflowRun { output } } }";
    assert_eq!(
        wrong(other),
        [
            "Fragment cannot be spread here as objects of type 'Test' can never be of type 'MlflowRun'."
        ]
    );
}

#[test]
fn fragments_of_fragments_are_walked_through_once() {
    let mut query = "{ test(inputString: \"x\") { ...f0 } }".to_owned();
    for i in 0..60 {
        let next = i + 1;
        query += &format!(" fragment f{i} on Test {{ ...f{next} ...f{next} }}");
    }
    query += " fragment f60 on Test { output }";
    assert_eq!(wrong(&query), Vec::<String>::new());
}

#[test]
fn parts_of_one_field_are_joined() {
    let query = "{ r: mlflowGetRun(input: {runId: \"x\"}) { run { info { status } } run { info { a: runId } } } }";
    let parsed = parse_query(query).unwrap();
    let document = Document::read(&parsed, None, None).unwrap();
    let fields = document.fields();
    let call = fields[0].call.unwrap();
    assert_eq!(document.input(&fields[0], call), Ok(json!({"run_id": "x"})));
    let rest = json!({"run": {"info": {"run_id": "x", "status": "FAILED", "start_time": 5}}});
    let answer = project::object(&document, &rest, call.answer, &fields[0].selections());
    assert_eq!(
        answer,
        json!({"run": {"info": {"status": "FAILED", "a": "x"}}})
    );
}

#[test]
fn hostile_nesting_is_refused_before_it_is_read() {
    for open in ["[", "{a", "{a:", "(a:[", "\"\"\"\" [", "\"]\" [", "#]\n["] {
        for many in [90, 101, 2_000, 100_000] {
            let query = format!("{{ test(inputString: [{}", open.repeat(many));
            assert!(!wrong(&query).is_empty(), "{open} {many}");
        }
        let (open, close) = (open.repeat(2_000), "]".repeat(2_000));
        let why = wrong(&format!(
            "{{ test(inputString: {open}{close}) {{ output }} }}"
        ));
        assert!(why[0].contains("open at once"), "{why:?}");
    }
    let many = "[".repeat(80) + &"]".repeat(80);
    assert_eq!(
        wrong(&format!("{{ test(inputString: {many}) {{ output }} }}")),
        Vec::<String>::new()
    );
    // Brackets that are closed again may be as many as they like.
    let wide = "[[1] \"]\"]".repeat(5_000);
    assert_eq!(
        wrong(&format!("{{ test(inputString: [{wide}]) {{ output }} }}")),
        Vec::<String>::new()
    );
    let fields = format!("{}{}", "{ a ".repeat(60), "}".repeat(60));
    assert_eq!(wrong(&fields), ["Query exceeds maximum depth of 10"]);
}

proptest! {
    /// Nothing that anybody sends makes a panic.
    #[test]
    fn any_text_is_judged(query in "[{}()\\[\\]$!:.@\"a-z0-9 \\\\]{0,80}") {
        let _ = wrong(&query);
    }

    #[test]
    fn any_likely_text_is_judged(words in prop::collection::vec(
        prop::sample::select(vec!["{", "}", "(", ")", "query", "mutation", "fragment a on Test", "...a", "... on Test", "test",
            "inputString: \"x\"", "output", "mlflowGetRun", "input: {runId: $x}", "run", "info", "$x: String", "@component(name: \"x\")"]),
        0..24,
    )) {
        let _ = wrong(&words.join(" "));
    }
}
