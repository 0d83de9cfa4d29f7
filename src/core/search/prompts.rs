//! Prompts live in the registry beside models, marked by a tag, and are not found unless asked for.

use super::{Clause, Expr, Field, Filter, Test};

/// The tag that marks a prompt (MLflow, `prompt_version.py`).
const IS_PROMPT: &str = "mlflow.prompt.is_prompt";

impl Filter {
    /// The filter that MLflow's registry really applies: unless the first clause about the tag asks for prompts, such
    /// clauses fall away and prompts are hidden.
    pub fn hiding_prompts(self) -> Self {
        let clauses = match self.expr {
            Expr::And(clauses) => clauses,
            other => vec![other],
        };
        if clauses.iter().find_map(asks_for_prompts) == Some(true) {
            return Self {
                expr: Expr::And(clauses),
            };
        }
        let mut kept: Vec<Expr> = clauses
            .into_iter()
            .filter(|c| asks_for_prompts(c).is_none())
            .collect();
        kept.push(Expr::Not(Box::new(Expr::Clause(Clause {
            field: Field::Tag(IS_PROMPT.to_owned()),
            test: Test::Text {
                value: "true".to_owned(),
                negated: false,
            },
        }))));
        Self {
            expr: Expr::And(kept),
        }
    }
}

/// Whether a clause is about the tag, and if so, whether it asks for prompts.
fn asks_for_prompts(expr: &Expr) -> Option<bool> {
    let Expr::Clause(Clause {
        field: Field::Tag(key),
        test,
    }) = expr
    else {
        return None;
    };
    (key == IS_PROMPT).then(|| match test {
        Test::Text { value, negated } => {
            value.eq_ignore_ascii_case(if *negated { "false" } else { "true" })
        }
        _ => false,
    })
}
