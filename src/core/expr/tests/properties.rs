//! Filters and names of any kind: printing reads back, and nothing panics.

use super::super::*;
use super::{NOW, vocabulary};
use crate::search::{
    Attribute, Clause, Comparator, Expr, Field, Filter, Like, Number, Pattern, Test, Word,
};
use proptest::prelude::*;

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z_./:-]{0,6}", "\\PC{1,6}"]
}

fn comparator() -> impl Strategy<Value = Comparator> {
    prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="])
        .prop_map(|s| Comparator::from_sign(s).unwrap())
}

fn float() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("a literal is never NaN", |f| !f.is_nan())
}

fn clause() -> impl Strategy<Value = Clause> {
    let metric =
        (prop::sample::select(vec![0, 1, 2]), key()).prop_map(|(which, key)| match which {
            0 => Field::Metric(key),
            1 => Field::Least(key),
            _ => Field::Greatest(key),
        });
    let numbers = (metric, comparator(), float())
        .prop_map(|(field, c, f)| (field, Test::Number(c, Number::Float(f))));
    let times = (
        prop::sample::select(vec![
            Attribute::StartTime,
            Attribute::EndTime,
            Attribute::Duration,
        ]),
        comparator(),
        any::<i32>().prop_map(|n| i64::from(n) * 997),
    )
        .prop_map(|(a, c, n)| (Field::Attribute(a), Test::Number(c, Number::Int(n))));
    // Any instant at all: far ones are printed as milliseconds.
    let far_times = (
        prop::sample::select(vec![Attribute::StartTime, Attribute::EndTime]),
        comparator(),
        prop_oneof![any::<i64>(), -300_000_000_000_000i64..300_000_000_000_000],
    )
        .prop_map(|(a, c, n)| (Field::Attribute(a), Test::Number(c, Number::Int(n))));
    let text_field =
        (prop::sample::select(vec![0, 1, 2, 3]), key()).prop_map(|(which, key)| match which {
            0 => Field::Param(key),
            1 => Field::Tag(key),
            2 => Field::Attribute(Attribute::RunName),
            _ => Field::Attribute(Attribute::ExperimentName),
        });
    let text_test = prop_oneof![
        ("\\PC{0,8}", any::<bool>()).prop_map(|(value, negated)| Test::Text { value, negated }),
        ("\\PC{0,8}", any::<bool>())
            .prop_map(|(value, any_case)| Test::Like(Like::new(&value, any_case))),
        (prop::collection::vec("\\PC{0,5}", 1..3), any::<bool>())
            .prop_map(|(values, negated)| Test::Texts { values, negated }),
        ("[a-z.*\\\\d\"' ]{0,6}", any::<bool>()).prop_filter_map("a pattern", |(p, negated)| {
            Some(Test::Regex {
                pattern: Pattern::new(&p).ok()?,
                negated,
            })
        }),
        any::<bool>().prop_map(|negated| Test::Null { negated }),
    ];
    let texts = (text_field, text_test);
    let keyed_numbers = (key(), comparator(), any::<i64>())
        .prop_map(|(key, c, n)| (Field::Param(key), Test::Number(c, Number::Int(n))));
    let words = (
        prop::sample::select(vec!["RUNNING", "FAILED"]),
        any::<bool>(),
    )
        .prop_map(|(s, negated)| {
            let value = s.to_owned();
            (
                Field::Attribute(Attribute::Status),
                Test::Text { value, negated },
            )
        });
    let word_patterns = (
        prop::sample::select(vec![Attribute::Status, Attribute::Health]),
        prop_oneof![
            "[a-zA-Z%_]{0,6}".prop_map(|p| Test::Like(Like::new(&p, true))),
            ("[a-zA-Z.*\\\\SD]{0,6}", any::<bool>()).prop_filter_map(
                "a pattern",
                |(p, negated)| {
                    Some(Test::Regex {
                        pattern: Pattern::in_any_case(&p).ok()?,
                        negated,
                    })
                }
            ),
        ],
    )
        .prop_map(|(a, test)| (Field::Attribute(a), test));
    prop_oneof![
        numbers,
        times,
        far_times,
        texts,
        keyed_numbers,
        words,
        word_patterns
    ]
    .prop_map(|(field, test)| Clause { field, test })
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        3 => clause().prop_map(Expr::Clause),
        1 => "\\PC{1,8}".prop_map(|w| Expr::Word(Box::new(Word::new(&w)))),
        1 => prop::sample::select(vec!["and", "status", "metrics.x", "min", "a.b", "-2d"])
            .prop_map(|w| Expr::Word(Box::new(Word::new(w)))),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|e| Expr::Not(Box::new(e))),
        ]
    })
}

fn almost() -> impl Strategy<Value = String> {
    let pieces = vec![
        "metrics.",
        "auc",
        "params.depth",
        " ",
        " ",
        "=",
        "!",
        ">",
        "~",
        "(",
        ")",
        ",",
        "'",
        "\"",
        "`",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "has",
        "min",
        "-2d",
        "0.9",
        "status",
        "running",
        "\\",
        "é",
        ".",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..14).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(expr in expr()) {
        let filter = Filter { expr };
        let printed = print(&filter);
        prop_assert_eq!(parse(&printed, NOW).map_err(|e| format!("{printed}: {e}")), Ok(filter));
    }

    #[test]
    fn reading_and_completing_never_panic(text in prop_oneof![any::<String>(), almost()], cursor in 0usize..60) {
        match parse(&text, NOW) {
            Ok(filter) => prop_assert_eq!(parse(&print(&filter), NOW), Ok(filter)),
            Err(error) => {
                prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error);
                prop_assert!(error.column <= text.chars().count() + 1);
            }
        }
        let cursor = text.floor_char_boundary(cursor);
        let found = complete(&text, cursor, &vocabulary());
        prop_assert!(found.from <= cursor.min(text.len()) && text.is_char_boundary(found.from));
    }

    #[test]
    fn names_read_back(name in key(), which in 0usize..5) {
        use crate::table::RunKey;
        let make = [RunKey::Metric, RunKey::Least, RunKey::Greatest, RunKey::Param, RunKey::Tag][which];
        let key = make(name);
        prop_assert_eq!(key_of(&name_of(&key)), Ok(key));
    }
}
