use super::*;
use forust_ml::{GradientBooster, objective::ObjectiveType};

/// Two features, the second often missing; noisy labels.
fn sample(rows: usize, seed: u64) -> Sample {
    let mut draw = Draw(seed);
    let a: Vec<f64> = (0..rows).map(|_| draw.unit()).collect();
    let b: Vec<f64> = (0..rows)
        .map(|_| {
            if draw.unit() < 0.3 {
                f64::NAN
            } else {
                draw.unit()
            }
        })
        .collect();
    let truth = |i: usize| if b[i].is_nan() { a[i] } else { a[i] * b[i] };
    let labels = (0..rows)
        .map(|i| truth(i) + 0.2 * draw.unit() > 0.5)
        .collect();
    Sample {
        numbers: [a, b].concat(),
        labels,
    }
}

fn row(sample: &Sample, i: usize) -> Vec<f64> {
    sample
        .numbers
        .chunks(sample.rows())
        .map(|column| column[i])
        .collect()
}

fn go_on(_: Round) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn the_loop_is_the_librarys_own() {
    let (train, heldout) = (sample(2000, 1), sample(200, 2));
    let params = Params {
        rounds: 15,
        depth: 4,
        subsample: 1.0,
        ..Params::default()
    };
    let ours = fit(&train, &heldout, &params, go_on).unwrap();
    let mut theirs = GradientBooster::default()
        .set_objective_type(ObjectiveType::LogLoss)
        .set_iterations(params.rounds)
        .set_max_depth(params.depth)
        .set_learning_rate(params.learning_rate)
        .set_l2(params.l2)
        .set_min_leaf_weight(params.min_leaf_weight);
    let y: Vec<f64> = train.labels.iter().map(|l| f64::from(*l)).collect();
    theirs.fit_unweighted(&train.matrix(), &y, None).unwrap();
    for (i, logit) in theirs
        .predict(&heldout.matrix(), false)
        .into_iter()
        .enumerate()
    {
        let p = ours.probability(&row(&heldout, i));
        assert!(
            (p - sigmoid(logit)).abs() < 1e-12,
            "row {i}: {p} and {}",
            sigmoid(logit)
        );
    }
}

#[test]
fn every_round_is_reported_and_the_curve_falls() {
    let (train, heldout) = (sample(2000, 1), sample(500, 2));
    let mut rounds = Vec::new();
    let params = Params {
        rounds: 12,
        ..Params::default()
    };
    let model = fit(&train, &heldout, &params, |r| {
        rounds.push(r);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(
        rounds.iter().map(|r| r.round).collect::<Vec<_>>(),
        (1..=12).collect::<Vec<_>>()
    );
    assert!(rounds[11].train_loss < rounds[0].train_loss);
    assert!(rounds[11].heldout_auc > 0.85, "{:?}", rounds[11]);
    let scores: Vec<f64> = (0..heldout.rows())
        .map(|i| model.probability(&row(&heldout, i)))
        .collect();
    assert_eq!(scores, model.probabilities(&heldout));
    assert!((auc(&heldout.labels, &scores) - rounds[11].heldout_auc).abs() < 1e-12);
    assert!((log_loss(&heldout.labels, &scores) - rounds[11].heldout_loss).abs() < 1e-12);
}

#[test]
fn a_seed_decides_and_a_break_ends() {
    let (train, heldout) = (sample(800, 1), sample(100, 2));
    let run = |seed| {
        let params = Params {
            rounds: 5,
            seed,
            subsample: 0.5,
            ..Params::default()
        };
        serde_json::to_string(&fit(&train, &heldout, &params, go_on).unwrap()).unwrap()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    let mut seen = 0;
    let stopped = fit(&train, &heldout, &Params::default(), |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(Error::Stopped)));
    assert_eq!(seen, 1);
}

#[test]
fn one_class_teaches_nothing() {
    let mut train = sample(50, 1);
    train.labels.fill(false);
    let error = fit(&train, &sample(10, 2), &Params::default(), go_on).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is nothing to learn from 50 rows with 0 positives"
    );
}

#[test]
fn parameters_are_checked() {
    let given =
        |n: &str, v: &str| Params::from_map(&BTreeMap::from([(n.to_owned(), v.to_owned())]));
    assert_eq!(given("depth", "8").unwrap().depth, 8);
    assert_eq!(
        given("depth", "0").unwrap_err().to_string(),
        "depth is \"0\": expected a number from 1 to 16"
    );
    assert!(given("learning_rate", "NaN").is_err());
    assert!(
        given("leaves", "8")
            .unwrap_err()
            .to_string()
            .contains("one of rounds, depth")
    );
    let all: BTreeMap<_, _> = Params::default()
        .named()
        .map(|(n, v)| (n.to_owned(), v))
        .into();
    assert_eq!(Params::from_map(&all).unwrap(), Params::default());
}
