//! Reading the registry.

use super::{rows, word};
use crate::{Store, StoreError};
use trimtab_core::{
    registry::{Deployment, DeploymentKind, Model, Version},
    time::Millis,
};

impl Store {
    /// Every model by name, with versions and aliases. Prompts are none.
    pub async fn models(&self) -> Result<Vec<Model>, StoreError> {
        self.still_open()?;
        let books = self.shelf().look();
        let models = books.models.values().filter(|m| !m.is_prompt());
        Ok(models.map(|m| (**m).clone()).collect())
    }

    /// One model.
    pub async fn model(&self, name: &str) -> Result<Option<Model>, StoreError> {
        self.still_open()?;
        Ok(self.registered(name).map(|m| (*m).clone()))
    }

    /// When production pointers moved, oldest first; of one model, or of all.
    pub async fn deployments(&self, model: Option<&str>) -> Result<Vec<Deployment>, StoreError> {
        let model = model.map(str::to_owned);
        self.read("reading deployments", move |db| {
            rows(
                db,
                "SELECT model, version, previous, at_ms, data_time, kind, actor FROM deployments
                 WHERE coalesce(model = ?, true) ORDER BY seq",
                [model],
                |r| {
                    Ok(Deployment {
                        model: r.get(0)?,
                        version: Version(r.get(1)?),
                        previous: r.get::<_, Option<u32>>(2)?.map(Version),
                        at: Millis(r.get(3)?),
                        data_time: r.get::<_, Option<i64>>(4)?.map(Millis),
                        kind: word(r, 5, DeploymentKind::from_word)?,
                        actor: r.get(6)?,
                    })
                },
            )
        })
        .await
    }
}
