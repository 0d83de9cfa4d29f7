//! Frames of a run in detail: every tab at both sizes, without data, with an error; every form of a file.

use insta::assert_snapshot;
use trimtab_wire::Request;

use crate::model::detail::Tab;
use crate::msg::{Effect, Msg, Trouble};
use crate::picture;
use crate::testing::detail::{answer, answered, opened};
use crate::testing::harness::Harness;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

fn name(of: &str, size: (u16, u16)) -> String {
    format!("{of}_{}x{}", size.0, size.1)
}

#[test]
fn every_tab() {
    for size in SIZES {
        for tab in Tab::ALL {
            let mut h = answered(size, tab);
            if tab == Tab::Log {
                h.keys("t");
            }
            let word = tab.word().to_lowercase();
            assert_snapshot!(name(&word, size), h.text_frame());
        }
    }
}

#[test]
fn tabs_whose_data_are_on_their_way() {
    for tab in [
        Tab::Overview,
        Tab::Metrics,
        Tab::Inputs,
        Tab::Artifacts,
        Tab::System,
        Tab::Log,
    ] {
        let h = opened(SIZES[0], tab);
        let word = tab.word().to_lowercase();
        assert_snapshot!(format!("{word}_loading"), h.text_frame());
    }
}

#[test]
fn tabs_that_are_empty() {
    for tab in Tab::ALL {
        let mut h = opened(SIZES[0], tab);
        // The last run has no job; all else is taken from it.
        h.keys("q");
        let mut bare = crate::testing::fixtures::runs().remove(13);
        (bare.params, bare.tags) = Default::default();
        bare.metrics.clear();
        let id = bare.id.clone();
        h.model.data.known_runs.insert(id.clone(), bare);
        h.model.detail.open(id);
        h.send(Msg::Woke);
        for (is, reply) in [
            ("inputs", trimtab_wire::Reply::RunInputs(Default::default())),
            (
                "artifacts",
                trimtab_wire::Reply::Artifacts(trimtab_core::artifact::ArtifactFolder {
                    uri: "s3://bucket/1".into(),
                    entries: Vec::new(),
                }),
            ),
        ] {
            let matches = |r: &Request| match is {
                "inputs" => matches!(r, Request::RunInputs(_)),
                _ => matches!(r, Request::Artifacts { .. }),
            };
            if h.asked.iter().any(|(_, r)| matches(r)) {
                h.answer(matches, Ok(reply));
            }
        }
        let word = tab.word().to_lowercase();
        assert_snapshot!(format!("{word}_empty"), h.text_frame());
    }
}

#[test]
fn tabs_that_failed() {
    let trouble = || {
        Trouble {
        message: "The run's artifacts cannot be listed: The object storage cannot be read: connection refused.".into(),
        hint: "Check the storage and the agent's environment.".into(),
    }
    };
    let mut h = opened(SIZES[0], Tab::Artifacts);
    h.answer(|r| matches!(r, Request::Artifacts { .. }), Err(trouble()));
    assert_snapshot!("artifacts_error", h.text_frame());
    let mut h = opened(SIZES[0], Tab::Inputs);
    h.answer(|r| matches!(r, Request::RunInputs(_)), Err(trouble()));
    assert_snapshot!("inputs_error", h.text_frame());
    let mut h = opened(SIZES[0], Tab::System);
    h.answer(|r| matches!(r, Request::RunCurves { .. }), Err(trouble()));
    assert_snapshot!("system_error", h.text_frame());
}

/// Opens the file of a name and answers until nothing is asked.
fn file(size: (u16, u16), named: &str) -> Harness {
    let mut h = answered(size, Tab::Artifacts);
    let nodes = h.model.detail.artifacts.nodes("");
    let at = nodes.iter().position(|n| n.name == named).unwrap();
    for _ in 0..at {
        h.keys("j");
    }
    h.keys("enter");
    answer(&mut h);
    decode(&mut h);
    h
}

/// Makes the picture that is waited for.
fn decode(h: &mut Harness) {
    let found = h
        .effects
        .iter()
        .position(|e| matches!(e, Effect::Decode { .. }));
    let Some(Effect::Decode {
        path,
        bytes,
        room,
        ground,
    }) = found.map(|at| h.effects.remove(at))
    else {
        return;
    };
    let result = picture::decode(&bytes, room, ground).map(Box::new);
    h.send(Msg::Decoded { path, result });
}

#[test]
fn every_form_of_a_file() {
    for size in SIZES {
        for named in [
            "train.log",
            "metrics.json",
            "eval.parquet",
            "notes.md",
            "weights.bin",
        ] {
            let h = file(size, named);
            let of = format!("file_{}", named.replace('.', "_"));
            assert_snapshot!(name(&of, size), h.text_frame());
        }
    }
    // Half blocks tell by colour alone, so that the styles are part of the frame.
    let h = file((60, 14), "confusion.png");
    assert_snapshot!("file_image", h.frame());
    let mut h = file((60, 14), "confusion.png");
    h.model.look = crate::testing::mono();
    assert_snapshot!("file_image_mono", h.text_frame());
}

#[test]
fn a_search_is_marked_by_more_than_colour() {
    let mut h = file(SIZES[0], "train.log");
    h.keys("# /");
    h.text("auc 0.67");
    h.keys("enter n");
    assert_snapshot!("file_search", h.frame());
    let mut h = answered(SIZES[0], Tab::Params);
    h.keys("/");
    h.text("rate");
    assert_snapshot!("params_filter", h.text_frame());
    h.text("x");
    h.keys("enter");
    assert_snapshot!("params_filter_none", h.text_frame());
}

#[test]
fn values_folders_charts_alone() {
    let mut h = answered(SIZES[0], Tab::Params);
    h.keys("j enter");
    assert_snapshot!("param_alone", h.text_frame());
    let mut h = answered(SIZES[0], Tab::Artifacts);
    h.keys("enter");
    answer(&mut h);
    h.keys("j");
    assert_snapshot!("artifacts_folder", h.text_frame());
    let mut h = answered(SIZES[0], Tab::Metrics);
    h.keys("enter");
    answer(&mut h);
    h.keys("left left");
    assert_snapshot!("metric_alone", h.text_frame());
}

#[test]
fn notes_being_written() {
    for size in SIZES {
        let mut h = answered(size, Tab::Notes);
        h.keys("E enter");
        h.text("And *slower*.");
        h.keys("esc");
        assert_snapshot!(name("note_editor", size), h.text_frame());
    }
}

/// Whatever the size, nothing is drawn outside or panics.
#[test]
fn every_tab_at_odd_sizes() {
    for size in [
        (1, 1),
        (2, 2),
        (3, 7),
        (10, 3),
        (20, 5),
        (30, 9),
        (79, 6),
        (300, 8),
        (5, 100),
    ] {
        for tab in Tab::ALL {
            let mut h = answered(size, tab);
            h.keys("j G left right enter");
            answer(&mut h);
            h.keys("w t v h E x");
            let _ = h.buffer();
        }
        for named in [
            "train.log",
            "metrics.json",
            "eval.parquet",
            "notes.md",
            "weights.bin",
            "confusion.png",
        ] {
            let mut h = file(size, named);
            h.keys("G k right v j");
            let _ = h.buffer();
        }
    }
}
