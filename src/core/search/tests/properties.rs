//! What must hold for any filter, any order and any records.

use super::record::Record;
use crate::search::{
    Attribute, Clause, Comparator, Cursor, DatasetKey, Direction, EXPERIMENTS, Expr, Field, Filter,
    Grammar, LOGGED_MODELS, Like, MODELS, Number, Order, RUNS, Start, Subject, Test, VERSIONS,
    page,
};
use proptest::prelude::*;
use std::{cmp::Ordering, collections::BTreeSet};

const GRAMMARS: [&Grammar; 5] = [&RUNS, &EXPERIMENTS, &MODELS, &VERSIONS, &LOGGED_MODELS];

/// Text that a clause can hold: not both kinds of quote, no backslash.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\"\\\\]{0,8}",
        "[^'\\\\]{0,8}",
        "['a]{0,4}",
        "[\"a]{0,4}",
        "[a-z%_]{0,6}"
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_][a-z0-9_]{0,5}",
        "[a-z][a-z./ -]{0,6}",
        "[a-zé \"'.]{1,6}",
        "[a-z`]{0,3}[a-z]"
    ]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::Int),
        any::<f64>()
            .prop_filter("a literal", |f| !f.is_nan())
            .prop_map(Number::Float),
    ]
}

fn comparator() -> impl Strategy<Value = Comparator> {
    prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="])
        .prop_map(|sign| Comparator::from_sign(sign).unwrap())
}

fn like() -> impl Strategy<Value = Test> {
    (text(), any::<bool>())
        .prop_map(|(pattern, any_case)| Test::Like(Like::new(&pattern, any_case)))
}

fn text_test() -> impl Strategy<Value = Test> {
    let same = (text(), any::<bool>()).prop_map(|(value, negated)| Test::Text { value, negated });
    prop_oneof![same, like()]
}

fn list_test() -> impl Strategy<Value = Test> {
    (prop::collection::vec(any::<String>(), 1..4), any::<bool>())
        .prop_map(|(values, negated)| Test::Texts { values, negated })
}

/// A clause of the runs' grammar.
fn clause() -> impl Strategy<Value = Clause> {
    let null = any::<bool>().prop_map(|negated| Test::Null { negated });
    let metric =
        (key(), comparator(), any::<f64>()).prop_filter_map("a literal", |(key, c, value)| {
            let test = Test::Number(c, Number::Float(value));
            (!value.is_nan()).then_some((Field::Metric(key), test))
        });
    let tagged =
        (key(), any::<bool>(), prop_oneof![text_test(), null]).prop_map(|(key, tag, test)| {
            (
                if tag {
                    Field::Tag(key)
                } else {
                    Field::Param(key)
                },
                test,
            )
        });
    let time = (comparator(), number())
        .prop_map(|(c, n)| (Field::Attribute(Attribute::StartTime), Test::Number(c, n)));
    let column = text_test().prop_map(|test| (Field::Attribute(Attribute::RunName), test));
    let id = list_test().prop_map(|test| (Field::Attribute(Attribute::RunId), test));
    let dataset = prop_oneof![text_test(), list_test()]
        .prop_map(|test| (Field::Dataset(DatasetKey::Context), test));
    prop_oneof![metric, tagged, time, column, id, dataset]
        .prop_map(|(field, test)| Clause { field, test })
}

/// Something between noise and a filter, so that the parser gets past its first token.
fn almost_a_filter() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "metrics", ".", "loss", " ", "=", "'", "\"", "`", "1", "-", "(", ")", ",", "IN", "NOT",
        "IS", "NULL", "AND", "OR", "LIKE", "params.x", "'a'", "tags", ";", "\\", "é", "e", "0",
        "run_id",
    ]);
    prop::collection::vec(words, 0..24).prop_map(|parts| parts.concat())
}

fn run() -> impl Strategy<Value = Record> {
    let metric = prop::option::of(prop_oneof![
        (-2i8..3).prop_map(f64::from),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-0.0),
    ]);
    (
        0u16..500,
        prop::option::of(0i64..4),
        metric,
        prop::option::of("[ab]{0,2}"),
    )
        .prop_map(|(id, started, metric, param)| {
            let metrics: Vec<_> = metric.into_iter().map(|m| ("m", m)).collect();
            let mut run = Record::run(&format!("{id:03}"), started, &metrics);
            run.params.extend(param.map(|p| ("p".to_owned(), p)));
            run
        })
}

fn runs() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(run(), 0..40).prop_map(|mut runs| {
        runs.sort_by_key(|r| id(r).to_owned());
        runs.dedup_by_key(|r| id(r).to_owned());
        runs
    })
}

fn id(run: &Record) -> &str {
    run.text(Attribute::RunId).unwrap()
}

fn order() -> impl Strategy<Value = Order> {
    let keys = vec![
        "metrics.m",
        "params.p",
        "start_time",
        "run_id",
        "tags.absent",
    ];
    let clause = (prop::sample::select(keys), any::<bool>());
    prop::collection::vec(clause, 0..3).prop_filter_map("no key twice", |clauses| {
        let texts: Vec<String> = clauses
            .iter()
            .map(|(key, down)| format!("{key} {}", if *down { "DESC" } else { "asc" }))
            .collect();
        Order::parse(&texts, &RUNS).ok()
    })
}

/// All pages, one after the other; `between` changes the records after each.
fn pages(
    mut records: Vec<Record>,
    order: &Order,
    limit: usize,
    mut between: impl FnMut(&mut Vec<Record>),
) -> Vec<String> {
    let (mut seen, mut cursor): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let start = cursor.as_ref().map_or(Start::First, Start::After);
        let found = page(&records, &Filter::default(), order, start, limit).unwrap();
        seen.extend(found.rows.iter().map(|r| id(r).to_owned()));
        let Some(next) = found.next else { return seen };
        // What a client sends back went through JSON.
        cursor = Some(serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap());
        between(&mut records);
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in prop_oneof![any::<String>(), almost_a_filter()]) {
        for grammar in GRAMMARS {
            let _ = Filter::parse(&text, grammar);
            let _ = Order::parse(&[&text], grammar);
        }
    }

    #[test]
    fn what_was_printed_parses_to_the_same(clauses in prop::collection::vec(clause(), 0..5)) {
        let filter = Filter { expr: Expr::And(clauses.into_iter().map(Expr::Clause).collect()) };
        let printed = filter.to_string();
        prop_assert_eq!(Filter::parse(&printed, &RUNS).map_err(|e| format!("{printed}: {e}")), Ok(filter));
    }

    #[test]
    fn what_was_parsed_prints_to_the_same(text in almost_a_filter()) {
        // Text with a backslash may have no second form; see `literal::quote`.
        if let Ok(filter) = Filter::parse(&text, &RUNS) && !text.contains('\\') {
            prop_assert_eq!(Filter::parse(&filter.to_string(), &RUNS), Ok(filter));
        }
    }

    #[test]
    fn orders_print_and_parse(order in order(), name in key(), down in any::<bool>()) {
        let printed: Vec<String> = order.keys().iter().map(ToString::to_string).collect();
        prop_assert_eq!(Order::parse(&printed, &RUNS), Ok(order));
        let direction = if down { Direction::Descending } else { Direction::Ascending };
        let key = crate::search::OrderKey::new(Field::Metric(name), direction);
        prop_assert_eq!(crate::search::OrderKey::parse(&key.to_string(), &RUNS), Ok(key));
    }

    #[test]
    fn the_order_is_total(a in run(), b in run(), c in run(), order in order()) {
        let cmp = |x: &Record, y: &Record| order.compare(x, y);
        prop_assert_eq!(cmp(&a, &b), cmp(&b, &a).reverse());
        prop_assert!(cmp(&a, &b) != Ordering::Equal || id(&a) == id(&b));
        if cmp(&a, &b).is_le() && cmp(&b, &c).is_le() {
            prop_assert!(cmp(&a, &c).is_le());
        }
        // A cursor stands exactly where its record does.
        let cursor = order.cursor(&a);
        prop_assert_eq!(order.after(&cursor, &b), cmp(&b, &a).is_gt());
    }

    #[test]
    fn missing_values_come_last_and_nan_before_them(runs in runs(), down in any::<bool>()) {
        let order = Order::parse(&[if down { "metrics.m DESC" } else { "metrics.m" }], &RUNS).unwrap();
        let found = page(&runs, &Filter::default(), &order, Start::First, usize::MAX).unwrap();
        let class = |r: &&Record| match r.metric("m") {
            None => 2,
            Some(m) if m.is_nan() => 1,
            Some(_) => 0,
        };
        prop_assert!(found.rows.is_sorted_by_key(class));
    }

    #[test]
    fn pages_join_to_the_whole(runs in runs(), order in order(), limit in 1usize..9) {
        let mut whole: Vec<&Record> = runs.iter().collect();
        whole.sort_by(|a, b| order.compare(*a, *b));
        let ids: Vec<String> = whole.iter().map(|r| id(r).to_owned()).collect();
        prop_assert_eq!(&pages(runs.clone(), &order, limit, |_| ()), &ids);

        let offset = limit * 2;
        let found = page(&runs, &Filter::default(), &order, Start::Offset(offset), limit).unwrap();
        let expected: Vec<&str> = whole.iter().skip(offset).take(limit).map(|r| id(r)).collect();
        prop_assert_eq!(found.rows.iter().map(|r| id(r)).collect::<Vec<_>>(), expected);
        prop_assert_eq!(found.total, runs.len());
    }

    #[test]
    fn pages_keep_their_place_while_records_come_and_go(
        all in runs(), order in order(), limit in 1usize..5, moves in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        prop_assume!(!all.is_empty());
        // Every third record comes and goes; the others stay and must each be seen once.
        let moving = |i: usize| i.is_multiple_of(3);
        let stable: BTreeSet<String> =
            all.iter().enumerate().filter(|(i, _)| !moving(*i)).map(|(_, r)| id(r).to_owned()).collect();
        let mut moves = moves.into_iter().cycle();
        let seen = pages(all.clone(), &order, limit, |records| {
            let at = moves.next().unwrap().index(all.len());
            if moving(at) {
                match records.iter().position(|r| id(r) == id(&all[at])) {
                    Some(there) => drop(records.remove(there)),
                    None => records.push(all[at].clone()),
                }
            }
        });
        let once: BTreeSet<String> = seen.iter().cloned().collect();
        prop_assert_eq!(once.len(), seen.len(), "a record was seen twice");
        prop_assert!(stable.is_subset(&once), "a record that stayed was not seen");
    }
}
