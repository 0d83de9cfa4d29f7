//! The audit: written before an act and after it, whatever comes of it.

use super::Actor;
use crate::{
    Context, clock,
    error::{OrFail as _, refused},
};
use trimtab_core::audit::Outcome;
use trimtab_store::Change;
use trimtab_wire::{Failure, FailureKind, Reply};

/// Entries in one answer.
const MOST: u32 = 10_000;

/// An act that has begun: its first entry is in the audit.
pub(crate) struct Audited<'a> {
    ctx: &'a Context,
    /// Who acts.
    pub actor: &'a Actor,
    action: &'static str,
    subject: String,
    reason: String,
}

impl<'a> Audited<'a> {
    /// Writes that an act begins; refuses it when the agent is read-only.
    pub(crate) async fn begin(
        ctx: &'a Context,
        actor: &'a Actor,
        action: &'static str,
        subject: String,
        reason: &str,
    ) -> Result<Self, Failure> {
        let act = Self {
            ctx,
            actor,
            action,
            subject,
            reason: reason.trim().to_owned(),
        };
        if ctx.read_only {
            let no = read_only();
            ctx.record(vec![act.entry(Outcome::Refused, &no.message)])
                .await?;
            return Err(no);
        }
        ctx.record(vec![act.entry(Outcome::Began, "")]).await?;
        Ok(act)
    }

    /// An act of one commit: what it changes is stored together with [`Audited::done`], so that there is
    /// nothing between its beginning and its end. Refuses it when the agent is read-only.
    pub(crate) async fn at_once(
        ctx: &'a Context,
        actor: &'a Actor,
        action: &'static str,
        subject: String,
    ) -> Result<Self, Failure> {
        let act = Self::resume(ctx, actor, action, subject, "");
        match ctx.read_only {
            true => act.close(Err(read_only())).await,
            false => Ok(act),
        }
    }

    /// An act that an earlier agent began and this one ends.
    pub(crate) fn resume(
        ctx: &'a Context,
        actor: &'a Actor,
        action: &'static str,
        subject: String,
        reason: &str,
    ) -> Self {
        Self {
            ctx,
            actor,
            action,
            subject,
            reason: reason.to_owned(),
        }
    }

    /// Why, as the actor said.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }

    /// The entry that the act is done; stored together with what it changed.
    pub(crate) fn done(&self, detail: &str) -> Change {
        self.entry(Outcome::Done, detail)
    }

    /// The entry that policy or a gate said no, stored together with the evidence.
    pub(crate) fn refused(&self, detail: &str) -> Change {
        self.entry(Outcome::Refused, detail)
    }

    /// The entry that the act was tried and failed.
    pub(crate) fn failed(&self, detail: &str) -> Change {
        self.entry(Outcome::Failed, detail)
    }

    /// Ends an act that went through [`Audited::done`] or did not come so far: a failure is written down.
    pub(crate) async fn close<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(failure) = &result {
            let outcome = match failure.kind {
                FailureKind::NotFound | FailureKind::Invalid | FailureKind::Refused => {
                    Outcome::Refused
                }
                _ => Outcome::Failed,
            };
            if let Err(error) = self
                .ctx
                .record(vec![self.entry(outcome, &failure.message)])
                .await
            {
                tracing::error!(%error, action = self.action, subject = self.subject, "the audit was not written");
            }
        }
        result
    }

    fn entry(&self, outcome: Outcome, detail: &str) -> Change {
        Change::Audit {
            at: clock::now(),
            actor: self.actor.0.clone(),
            action: self.action.to_owned(),
            subject: self.subject.clone(),
            outcome,
            reason: self.reason.clone(),
            detail: detail.to_owned(),
        }
    }
}

/// The refusal of an agent that was started to look only.
pub(super) fn read_only() -> Failure {
    refused(
        "The agent runs read-only and refuses acts.",
        "Start it without `--read-only`.",
    )
}

pub(super) async fn list(ctx: &Context, after: u64, limit: u32) -> Result<Reply, Failure> {
    let limit = if limit == 0 { MOST } else { limit.min(MOST) };
    Ok(Reply::Audit(ctx.store.audit(after, limit).await.or_fail()?))
}
