//! What the trainer is told, through the environment that the agent gives its jobs.

use crate::{EXPERIMENT, Error, MODEL, booster::Params};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use trimtab_core::{job::JobId, time::Millis};

/// What starts the name of a parameter's variable.
const PARAM: &str = "TRIMTAB_PARAM_";

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The workspace.
    pub root: PathBuf,
    /// The agent's socket.
    pub socket: PathBuf,
    /// The job that this is, if any.
    pub job: Option<JobId>,
    /// The model to register a version of.
    pub model: String,
    /// The experiment to log to.
    pub experiment: String,
    /// The run's name; empty lets the agent choose.
    pub run_name: String,
    /// Who asked.
    pub user: String,
    /// Train on rows from here (inclusive).
    pub from: Option<Millis>,
    /// Train on rows up to here (exclusive).
    pub to: Option<Millis>,
    /// Judge with the rows of this span; the last fifth of the window's days when absent.
    pub heldout: Option<(Millis, Millis)>,
    /// Hyperparameters.
    pub params: Params,
}

impl Options {
    /// Reads this process's environment; see [`Self::from_vars`].
    ///
    /// # Errors
    /// A value that makes no sense; the variable is named.
    pub fn from_env(root: &Path, socket: &Path) -> Result<Self, Error> {
        let vars = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self::from_vars(root, socket, vars)
    }

    /// Reads the variables of a job in the workspace at `root`: `TRIMTAB_JOB`,
    /// `_MODEL`, `_EXPERIMENT`, `_RUN_NAME`, `_ACTOR`, `_FROM`, `_TO`, `_HELDOUT_FROM`,
    /// `_HELDOUT_TO`, `_PARAM_*` (any case). Others are passed over.
    ///
    /// # Errors
    /// A value that makes no sense; the variable is named.
    pub fn from_vars(
        root: &Path,
        socket: &Path,
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        let all: BTreeMap<String, String> =
            vars.into_iter().filter(|(_, v)| !v.is_empty()).collect();
        let get = |name: &str| all.get(&format!("TRIMTAB_{name}")).cloned();
        let day = |name: &str| {
            get(name)
                .map(|text| {
                    Millis::parse(&text).ok_or_else(|| wrong(name, &text, "a day as YYYY-MM-DD"))
                })
                .transpose()
        };
        let job = |text: String| {
            text.parse()
                .map(JobId)
                .map_err(|_| wrong("JOB", &text, "a number"))
        };
        let mut params: BTreeMap<String, String> = all
            .iter()
            .filter_map(|(k, v)| Some((k.strip_prefix(PARAM)?.to_lowercase(), v.clone())))
            .collect();
        // A run's name may come as a parameter of the recipe.
        let named = params.remove("run_name");
        let heldout = match (day("HELDOUT_FROM")?, day("HELDOUT_TO")?) {
            (Some(from), Some(to)) if from < to => Some((from, to)),
            (Some(from), None) => Some((from, Millis(i64::MAX))),
            (None, None) => None,
            (_, Some(to)) => {
                return Err(wrong(
                    "HELDOUT_TO",
                    &to.date(),
                    "a day after TRIMTAB_HELDOUT_FROM",
                ));
            }
        };
        Ok(Self {
            root: root.to_owned(),
            socket: socket.to_owned(),
            job: get("JOB").map(job).transpose()?,
            model: get("MODEL").unwrap_or_else(|| MODEL.into()),
            experiment: get("EXPERIMENT").unwrap_or_else(|| EXPERIMENT.into()),
            run_name: get("RUN_NAME").or(named).unwrap_or_default(),
            user: get("ACTOR")
                .or_else(|| all.get("USER").cloned())
                .unwrap_or_else(|| "trainer".into()),
            from: day("FROM")?,
            to: day("TO")?,
            heldout,
            params: Params::from_map(&params)?,
        })
    }

    /// The window asked for, in words.
    pub(super) fn window_words(&self) -> (String, String) {
        let word = |t: Option<Millis>, none: &str| t.map_or_else(|| none.to_owned(), Millis::date);
        (word(self.from, "the beginning"), word(self.to, "now"))
    }
}

fn wrong(name: &str, value: &str, expected: &str) -> Error {
    Error::Value {
        name: format!("TRIMTAB_{name}"),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Options, Error> {
        Options::from_vars(
            Path::new("/w"),
            Path::new("/w/s"),
            vars.iter().map(|(k, v)| ((*k).into(), (*v).into())),
        )
    }

    #[test]
    fn a_jobs_variables_are_read() {
        let o = read(&[
            ("TRIMTAB_JOB", "7"),
            ("TRIMTAB_FROM", "2013-04-01"),
            ("TRIMTAB_TO", "2013-07-01"),
            ("TRIMTAB_PARAM_depth", "3"),
            ("TRIMTAB_PARAM_ROUNDS", "9"),
            ("TRIMTAB_PARAM_run_name", "summer"),
            ("TRIMTAB_HELDOUT_FROM", "2013-06-17"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(
            (o.job, o.params.depth, o.params.rounds),
            (Some(JobId(7)), 3, 9)
        );
        assert_eq!(
            (o.model.as_str(), o.run_name.as_str()),
            ("late15", "summer")
        );
        assert_eq!(o.from.map(Millis::date).as_deref(), Some("2013-04-01"));
        assert_eq!(o.heldout.map(|h| h.0.date()).as_deref(), Some("2013-06-17"));
        assert_eq!(o.socket, Path::new("/w/s"));
    }

    #[test]
    fn nonsense_is_named() {
        let error = |vars: &[(&str, &str)]| read(vars).unwrap_err().to_string();
        assert_eq!(
            error(&[("TRIMTAB_FROM", "June")]),
            "TRIMTAB_FROM is \"June\": expected a day as YYYY-MM-DD"
        );
        assert!(error(&[("TRIMTAB_JOB", "x")]).starts_with("TRIMTAB_JOB is"));
        assert!(
            error(&[("TRIMTAB_HELDOUT_TO", "2013-06-17")]).contains("after TRIMTAB_HELDOUT_FROM")
        );
        assert!(error(&[("TRIMTAB_PARAM_leaves", "8")]).contains("one of rounds"));
    }
}
