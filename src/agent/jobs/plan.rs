//! From what an operator or a trigger asks for to what is run.

use super::files::Spec;
use crate::{
    Context,
    error::{invalid, refused},
    policy::of_recipe,
    watch,
};
use std::collections::BTreeMap;
use trimtab_core::{
    job::{Job, JobId, JobState, RetrainSpec},
    time::Millis,
};
use trimtab_wire::Failure;

/// The parameter that names the run.
const RUN_NAME: &str = "run_name";

/// Resolves a request against policy and data: a job that is not recorded yet.
pub(crate) async fn resolve(
    ctx: &Context,
    spec: RetrainSpec,
    actor: &str,
    now: Millis,
) -> Result<Job, Failure> {
    let policy = ctx.policy();
    let recipe = of_recipe(&policy, &spec.recipe)?;
    let mut params: BTreeMap<String, String> = recipe
        .params
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    for (name, value) in spec.params {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(invalid(
                format!("{name:?} cannot be a parameter's name."),
                "Use letters, digits and underscores.",
            ));
        }
        params.insert(name, value);
    }
    let newest = watch::newest_data(ctx, &recipe.model);
    let window = window(
        spec.from.as_deref(),
        spec.to.as_deref(),
        recipe.window.millis(),
        newest,
    )?;
    Ok(Job {
        id: JobId(0),
        recipe: spec.recipe,
        model: recipe.model.clone(),
        state: JobState::Queued,
        actor: actor.to_owned(),
        reason: spec.reason,
        window,
        params,
        created: now,
        started: None,
        ended: None,
        pid: None,
        exit_code: None,
        error: None,
        run: None,
    })
}

/// The days to train on: from (inclusive) and to (exclusive). `None` when nothing says what they are.
fn window(
    from: Option<&str>,
    to: Option<&str>,
    length: i64,
    newest: Option<Millis>,
) -> Result<Option<(String, String)>, Failure> {
    let day = |text: &str| match text
        .parse::<jiff::civil::Date>()
        .ok()
        .and_then(Millis::from_date)
    {
        Some(day) => Ok(day),
        None => Err(invalid(
            format!("{text:?} is no day."),
            "Write it as YYYY-MM-DD.",
        )),
    };
    let to = match (to, newest) {
        (Some(to), _) => Some(day(to)?),
        // The day after the newest row, since the end is exclusive.
        (None, Some(newest)) => Some(Millis((newest.0.div_euclid(Millis::DAY) + 1) * Millis::DAY)),
        (None, None) => None,
    };
    let from = match (from, to) {
        (Some(from), _) => Some(day(from)?),
        (None, Some(to)) => Some(Millis(to.0 - length)),
        (None, None) => None,
    };
    match (from, to) {
        (Some(from), Some(to)) if from < to => Ok(Some((from.date(), to.date()))),
        (Some(from), Some(to)) => Err(invalid(
            format!("The window from {} to {} is empty.", from.date(), to.date()),
            "Choose an earlier start.",
        )),
        (Some(_), None) => Err(refused(
            "The end of the window is not known: no inference log has been seen yet.",
            "Give the last day too.",
        )),
        (None, _) => Ok(None),
    }
}

/// What a job runs, with the environment that tells it what to do.
pub(crate) fn spec(ctx: &Context, job: &Job) -> Result<Spec, Failure> {
    let policy = ctx.policy();
    let recipe = of_recipe(&policy, &job.recipe)?;
    let exe = ctx.exe.to_string_lossy();
    let argv = recipe
        .command
        .iter()
        .map(|part| part.replace("{trimtab}", &exe))
        .collect();
    let run_name = job
        .params
        .get(RUN_NAME)
        .cloned()
        .unwrap_or_else(|| format!("{}-{}", job.recipe, job.id));
    let mut env = BTreeMap::from([
        (
            "TRIMTAB_WORKSPACE".to_owned(),
            ctx.workspace.root().display().to_string(),
        ),
        (
            "TRIMTAB_SOCKET".to_owned(),
            ctx.socket.display().to_string(),
        ),
        ("TRIMTAB_JOB".to_owned(), job.id.to_string()),
        ("TRIMTAB_MODEL".to_owned(), job.model.clone()),
        ("TRIMTAB_RUN_NAME".to_owned(), run_name),
    ]);
    if let Some((from, to)) = &job.window {
        env.insert("TRIMTAB_FROM".into(), from.clone());
        env.insert("TRIMTAB_TO".into(), to.clone());
    }
    for (name, value) in job.params.iter().filter(|(name, _)| *name != RUN_NAME) {
        env.insert(
            format!("TRIMTAB_PARAM_{}", name.to_ascii_uppercase()),
            value.clone(),
        );
    }
    let timeout_ms = u64::try_from(recipe.timeout.millis()).unwrap_or(0);
    Ok(Spec {
        argv,
        env,
        cwd: ctx.workspace.root().to_owned(),
        timeout_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Millis> {
        Millis::parse(text)
    }

    #[test]
    fn windows_end_after_the_newest_row() {
        let week = Millis::WEEK;
        let got = window(None, None, week, at("2013-05-05T23:59:00Z")).unwrap();
        assert_eq!(got, Some(("2013-04-29".into(), "2013-05-06".into())));
        let got = window(Some("2013-01-01"), None, week, at("2013-05-06T00:00:00Z")).unwrap();
        assert_eq!(got, Some(("2013-01-01".into(), "2013-05-07".into())));
        assert_eq!(window(None, None, week, None).unwrap(), None);
        assert!(window(Some("2013-02-01"), Some("2013-02-01"), week, None).is_err());
        assert!(window(Some("yesterday"), None, week, at("2013-05-06")).is_err());
        assert!(window(Some("2013-01-01"), None, week, None).is_err());
    }
}
