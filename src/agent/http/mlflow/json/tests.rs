//! Requests as clients write them, and as nobody should.

use super::*;
use serde::Deserialize;

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Ask {
    #[serde(alias = "runId")]
    run_id: Option<String>,
    #[serde(deserialize_with = "double")]
    value: Option<f64>,
    #[serde(deserialize_with = "int")]
    timestamp: Option<i64>,
    #[serde(deserialize_with = "flag")]
    archive: Option<bool>,
    #[serde(deserialize_with = "list")]
    ids: Vec<String>,
    #[serde(deserialize_with = "objects")]
    tags: Vec<Tag>,
    #[serde(deserialize_with = "text")]
    note: String,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Tag {
    key: Option<String>,
}

fn read(body: &str) -> Ask {
    from_body(body.as_bytes()).unwrap()
}

fn wrong(body: &str) -> String {
    let error = from_body::<Ask>(body.as_bytes()).unwrap_err();
    assert_eq!(error.status(), 400, "{error}");
    error.message
}

#[test]
fn a_field_said_twice_and_a_mark_before_the_text_are_read_as_python_does() {
    assert_eq!(
        read(r#"{"run_id": "a", "run_id": "b"}"#).run_id.as_deref(),
        Some("b")
    );
    assert_eq!(
        read("\u{feff}{\"run_id\": \"a\"}").run_id.as_deref(),
        Some("a")
    );
    let why = wrong(r#"{"run_id": "a", "run_id": 5}"#);
    assert!(
        why.starts_with("Invalid value 5 for parameter 'run_id'"),
        "{why}"
    );
}

#[test]
fn numbers_come_in_many_spellings() {
    for (text, value) in [
        ("1", 1.0),
        ("-1.5e3", -1500.0),
        ("\"2\"", 2.0),
        ("\"1e3\"", 1000.0),
        ("Infinity", f64::INFINITY),
        ("\"-Infinity\"", f64::NEG_INFINITY),
        ("18446744073709551615", 18446744073709551615.0),
    ] {
        assert_eq!(
            read(&format!("{{\"value\":{text}}}")).value,
            Some(value),
            "{text}"
        );
    }
    for nan in ["NaN", "\"NaN\""] {
        assert!(
            read(&format!("{{\"value\":{nan}}}"))
                .value
                .unwrap()
                .is_nan()
        );
    }
    for (text, value) in [
        ("1", 1),
        ("1.0", 1),
        ("\"-7\"", -7),
        ("9223372036854775807", i64::MAX),
        ("\"-9223372036854775808\"", i64::MIN),
    ] {
        assert_eq!(
            read(&format!("{{\"timestamp\":{text}}}")).timestamp,
            Some(value),
            "{text}"
        );
    }
}

#[test]
fn absent_and_null_are_the_same_and_the_unknown_is_ignored() {
    let nothing = Ask::default();
    for body in [
        "",
        " \n",
        "{}",
        "null",
        "\"{}\"",
        r#"{"run_id":null,"value":null,"timestamp":null,"archive":null,"ids":null,"tags":null,"note":null}"#,
        r#"{"unknown":{"deep":[1,{"x":null}]}}"#,
    ] {
        assert_eq!(read(body), nothing, "{body}");
    }
    assert_eq!(read(r#""{\"run_id\":\"a\"}""#).run_id.as_deref(), Some("a"));
}

#[test]
fn what_is_wrong_is_said_in_mlflows_words() {
    assert_eq!(
        wrong(r#"{"run_id":5}"#),
        "Invalid value 5 for parameter 'run_id' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters."
    );
    for (body, part) in [
        (
            r#"{"value":"many"}"#,
            "Invalid value \"many\" for parameter 'value'",
        ),
        (r#"{"value":[1]}"#, "type 'list'"),
        (r#"{"value":{"a":1}}"#, "type 'dict'"),
        (r#"{"value":"nano"}"#, "parameter 'value'"),
        (r#"{"timestamp":1.5}"#, "type 'float'"),
        (
            r#"{"timestamp":9223372036854775808}"#,
            "parameter 'timestamp'",
        ),
        (r#"{"timestamp":NaN}"#, "parameter 'timestamp'"),
        (r#"{"archive":1}"#, "parameter 'archive'"),
        (r#"{"ids":"a"}"#, "Invalid value \"a\" for parameter 'ids'"),
        (r#"{"ids":[1]}"#, "Invalid value 1 for parameter 'ids[0]'"),
        (
            r#"{"tags":[{"key":1}]}"#,
            "Invalid value 1 for parameter 'tags[0].key'",
        ),
        (r#"{"tags":[["k"]]}"#, "parameter 'tags[0]'"),
        (r#"{"value":1e999}"#, "not valid JSON"),
        ("[\"a\"]", "must be a JSON object"),
        ("5", "must be a JSON object"),
        ("\"5\"", "must be a JSON object"),
        ("\"\\\"{}\\\"\"", "must be a JSON object"),
        ("{", "not valid JSON"),
        ("{}x", "not valid JSON"),
        ("{\"run_id\":\"\u{1}\"}", "not valid JSON"),
        (r#"{"run_id":"\ud800"}"#, "not valid JSON"),
    ] {
        let message = wrong(body);
        assert!(message.contains(part), "{body}: {message}");
    }
    let deep = format!("{{\"run_id\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    wrong(&deep);
    let long = wrong(&format!("{{\"value\":\"{}\"}}", "ß".repeat(100_000)));
    assert!(long.len() < 3000);
    assert!(from_body::<Ask>(b"{\"run_id\":\"\xff\"}").is_err());
}

#[test]
fn query_strings_are_read_alike() {
    let ask: Ask = from_query(
        "run_id=a%20b+c&run_id=z&timestamp=12&value=NaN&archive=TRUE&ids=1&ids=2&other=x&note",
    )
    .unwrap();
    assert_eq!(ask.run_id.as_deref(), Some("a b c"));
    assert_eq!((ask.timestamp, ask.archive), (Some(12), Some(true)));
    assert_eq!(
        (ask.ids, ask.note),
        (vec!["1".to_owned(), "2".into()], String::new())
    );
    assert!(ask.value.unwrap().is_nan());
    let error = from_query::<Ask>("timestamp=soon").unwrap_err();
    assert!(
        error
            .message
            .starts_with("Invalid value \"soon\" for parameter 'timestamp'"),
        "{error}"
    );
    assert!(from_query::<Ask>(&"a=1&".repeat(20_000)).is_err());
    assert!(from_query::<Ask>("run_id=%ff%00").is_ok());
}

#[test]
fn required_means_there_and_not_empty() {
    assert_eq!(required(Some(0), "step").unwrap(), 0);
    assert!(required(Some(Vec::<i64>::new()), "ids").unwrap().is_empty());
    for value in [None, Some(String::new())] {
        assert_eq!(
            required(value, "name").unwrap_err().message,
            "Missing value for required parameter 'name'. See the API docs for more information about request parameters."
        );
    }
    let error = required::<f64>(None, format_args!("metrics[{}].key", 3)).unwrap_err();
    assert!(error.message.contains("'metrics[3].key'"));
}

#[test]
fn answers_are_protobufs() {
    #[derive(serde::Serialize)]
    struct Answer {
        #[serde(serialize_with = "number")]
        a: f64,
        #[serde(serialize_with = "number")]
        b: f64,
        #[serde(skip_serializing_if = "empty")]
        c: Vec<i64>,
        #[serde(skip_serializing_if = "empty")]
        d: Option<i64>,
    }
    let answer = |a, b| {
        serde_json::to_string(&Answer {
            a,
            b,
            c: vec![],
            d: None,
        })
        .unwrap()
    };
    assert_eq!(answer(1.0, f64::NAN), r#"{"a":1.0,"b":"NaN"}"#);
    assert_eq!(
        answer(f64::INFINITY, f64::NEG_INFINITY),
        r#"{"a":"Infinity","b":"-Infinity"}"#
    );
}
