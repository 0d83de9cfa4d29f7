//! A document whose every field is known to exist, and what its variables say.

use super::{
    limits::level,
    types::{Call, Kind, MUTATIONS, QUERIES, Type, snake},
};
use async_graphql_parser::types::{
    self as ast, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql_value::Value as Said;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One operation of a document, checked.
pub(super) struct Document<'a> {
    all: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: Map<String, Value>,
}

/// One field of an answer: a name may be selected several times, and its parts are joined.
pub(super) struct Field<'a> {
    /// The name that the answer gives it.
    pub key: &'a str,
    /// The field's own name.
    pub name: &'a str,
    /// What answers it, for one of the outermost fields that is known.
    pub call: Option<&'static Call>,
    parts: Vec<&'a ast::Field>,
}

impl<'a> Field<'a> {
    /// What is selected of it.
    pub fn selections(&self) -> Vec<&'a SelectionSet> {
        let sets = self.parts.iter().map(|part| &part.selection_set.node);
        sets.collect()
    }
}

impl<'a> Document<'a> {
    /// Chooses the operation, checks it against the types and takes the variables' values.
    ///
    /// # Errors
    /// Everything that is wrong, in graphql-core's words.
    pub fn read(
        all: &'a ExecutableDocument,
        operation: Option<&str>,
        variables: Option<&Value>,
    ) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        for (_, operation) in all.operations.iter() {
            Check {
                all,
                variables: names(&operation.node),
                errors: &mut errors,
            }
            .operation(&operation.node);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut operations = all.operations.iter();
        let chosen = match operation {
            Some(wanted) => operations
                .find(|(name, _)| name.is_some_and(|n| n == wanted))
                .ok_or_else(|| format!("Unknown operation named '{wanted}'.")),
            None if operations.len() > 1 => {
                Err("Must provide operation name if query contains multiple operations.".to_owned())
            }
            None => operations.next().ok_or_else(String::new),
        };
        let (_, operation) = chosen.map_err(|why| vec![why])?;
        let variables = values(&operation.node, variables)?;
        Ok(Self {
            all,
            operation: &operation.node,
            variables,
        })
    }

    /// The outermost type's name.
    pub fn name(&self) -> &'static str {
        outermost(self.operation.ty).0
    }

    /// The outermost fields, in the order in which they are asked for.
    pub fn fields(&self) -> Vec<Field<'a>> {
        let calls = outermost(self.operation.ty).1;
        let mut fields = self.joined(&[&self.operation.selection_set.node]);
        for field in &mut fields {
            field.call = calls.iter().find(|call| call.name == field.name);
        }
        fields
    }

    /// The fields of one object, each name once.
    pub fn joined(&self, sets: &[&'a SelectionSet]) -> Vec<Field<'a>> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        for part in sets.iter().flat_map(|set| level(self.all, set)) {
            let key = part.response_key().node.as_str();
            match fields.iter_mut().find(|f| f.key == key) {
                Some(known) => known.parts.push(part),
                None => fields.push(Field {
                    key,
                    name: part.name.node.as_str(),
                    call: None,
                    parts: vec![part],
                }),
            }
        }
        fields
    }

    /// Whether one of some fields is asked for a field of its own.
    pub fn selects(&self, sets: &[&'a SelectionSet], outer: &[&str], inner: &str) -> bool {
        let of = |field: &Field<'a>| {
            let fields = self.joined(&field.selections());
            fields.iter().any(|f| f.name == inner)
        };
        let fields = self.joined(sets);
        fields.iter().any(|f| outer.contains(&f.name) && of(f))
    }

    /// What a call is asked, as REST's message; the echo's text.
    ///
    /// # Errors
    /// Nothing is asked, or something that is no message.
    pub fn input(&self, field: &Field<'a>, call: &Call) -> Result<Value, String> {
        let said = field
            .parts
            .iter()
            .find_map(|p| p.get_argument(call.argument()));
        let said = said.ok_or_else(|| {
            format!(
                "{} needs its argument '{}' of type '{}'.",
                call.name,
                call.argument(),
                call.input
            )
        })?;
        let value = said.node.clone().into_const_with(|name| {
            let known = self.variables.get(name.as_str()).cloned();
            let value = async_graphql_value::ConstValue::from_json(known.unwrap_or(Value::Null));
            value.map_err(|e| e.to_string())
        })?;
        let value = value.into_json().map_err(|e| e.to_string())?;
        let message = match value {
            Value::String(_) if call.rest.is_none() => return Ok(value),
            Value::Object(message) if call.rest.is_some() => message,
            other => {
                return Err(format!(
                    "Expected value of type '{}', found {other}.",
                    call.input
                ));
            }
        };
        let mut out = Map::new();
        for (name, value) in message {
            let known = call.fields.iter().find(|(field, _)| *field == name);
            let Some((_, list)) = known else {
                return Err(unknown_input(&name, call));
            };
            let value = match value {
                Value::Null => continue,
                Value::Array(_) => value,
                one if *list => Value::Array(vec![one]),
                one => one,
            };
            out.insert(snake(&name), value);
        }
        Ok(Value::Object(out))
    }
}

/// The outermost object of a kind of operations: its name, and its fields.
fn outermost(kind: OperationType) -> (&'static str, &'static [Call]) {
    match kind {
        OperationType::Query => ("Query", QUERIES),
        OperationType::Mutation => ("Mutation", MUTATIONS),
        OperationType::Subscription => ("Subscription", &[]),
    }
}

fn unknown_input(name: &str, call: &Call) -> String {
    format!("Field '{name}' is not defined by type '{}'.", call.input)
}

fn names(operation: &OperationDefinition) -> BTreeSet<&str> {
    let all = operation.variable_definitions.iter();
    all.map(|v| v.node.name.node.as_str()).collect()
}

/// The variables' values: what was sent, else their defaults.
fn values(
    operation: &OperationDefinition,
    sent: Option<&Value>,
) -> Result<Map<String, Value>, Vec<String>> {
    let (mut out, mut errors) = (Map::new(), Vec::new());
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let name = variable.name.node.as_str();
        let kind = &variable.var_type.node;
        let value = match sent.and_then(|all| all.get(name)) {
            Some(Value::Null) if !kind.nullable => Err(format!(
                "Variable '${name}' of non-null type '{kind}' must not be null."
            )),
            Some(value) => Ok(value.clone()),
            None => match variable.default_value() {
                Some(value) => value.clone().into_json().map_err(|e| e.to_string()),
                None => Err(format!(
                    "Variable '${name}' of required type '{kind}' was not provided."
                )),
            },
        };
        match value {
            Ok(value) => _ = out.insert(name.to_owned(), value),
            Err(why) => errors.push(why),
        }
    }
    match errors.is_empty() {
        true => Ok(out),
        false => Err(errors),
    }
}

/// The fragments of one object that a walk has seen, and those it is in.
#[derive(Default)]
struct Path<'a> {
    within: Vec<&'a str>,
    seen: BTreeSet<&'a str>,
}

/// A walk through one operation that gathers what is wrong.
struct Check<'a, 'e> {
    all: &'a ExecutableDocument,
    variables: BTreeSet<&'a str>,
    errors: &'e mut Vec<String>,
}

impl<'a> Check<'a, '_> {
    fn operation(&mut self, operation: &'a OperationDefinition) {
        if operation.ty == OperationType::Subscription {
            let why = "Schema is not configured to execute subscription operation.";
            return self.errors.push(why.to_owned());
        }
        let (name, calls) = outermost(operation.ty);
        for directive in &operation.directives {
            let said = directive.node.name.node.as_str();
            if said != "component" {
                self.errors.push(format!("Unknown directive '@{said}'."));
            }
        }
        let set = &operation.selection_set.node;
        self.spreads(set, name, &mut Path::default());
        for field in level(self.all, set) {
            let said = field.name.node.as_str();
            match calls.iter().find(|call| call.name == said) {
                Some(call) => self.call(field, name, call),
                None if said == "__typename" => {}
                None => self.unknown(said, name),
            }
        }
    }

    fn call(&mut self, field: &'a ast::Field, of: &str, call: &'static Call) {
        for (name, value) in &field.arguments {
            let name = name.node.as_str();
            if name != call.argument() {
                let why = format!("Unknown argument '{name}' on field '{of}.{}'.", call.name);
                self.errors.push(why);
                continue;
            }
            self.known(&value.node);
            if let Said::Object(message) = &value.node {
                for name in message.keys() {
                    if !call.fields.iter().any(|(field, _)| field == name) {
                        self.errors.push(unknown_input(name, call));
                    }
                }
            }
        }
        self.selection(field, Kind::One(call.answer));
    }

    /// Every variable that a value names is defined.
    fn known(&mut self, value: &'a Said) {
        match value {
            Said::Variable(name) if !self.variables.contains(name.as_str()) => {
                let why = format!("Variable '${name}' is not defined.");
                self.errors.push(why);
            }
            Said::List(all) => all.iter().for_each(|v| self.known(v)),
            Said::Object(all) => all.values().for_each(|v| self.known(v)),
            _ => {}
        }
    }

    /// A field is asked for parts if it has any, and only then.
    fn selection(&mut self, field: &'a ast::Field, kind: Kind) {
        let (name, set) = (field.name.node.as_str(), &field.selection_set.node);
        match (kind.objects(), set.items.is_empty()) {
            (Some(of), false) => self.fields(set, of),
            (None, true) => {}
            (Some(_), true) => self.errors.push(format!(
                "Field '{name}' of type '{}' must have a selection of subfields. Did you mean '{name} {{ ... }}'?",
                kind.name()
            )),
            (None, false) => self.errors.push(format!(
                "Field '{name}' must not have a selection since type '{}' has no subfields.",
                kind.name()
            )),
        }
    }

    fn fields(&mut self, set: &'a SelectionSet, of: &'static Type) {
        self.spreads(set, of.name, &mut Path::default());
        for field in level(self.all, set) {
            let said = field.name.node.as_str();
            for (argument, _) in &field.arguments {
                self.errors.push(format!(
                    "Unknown argument '{argument}' on field '{}.{said}'.",
                    of.name
                ));
            }
            match of.field(said) {
                Some(kind) => self.selection(field, kind),
                None if said == "__typename" => {}
                None => self.unknown(said, of.name),
            }
        }
    }

    fn unknown(&mut self, field: &str, of: &str) {
        let why = format!("Cannot query field '{field}' on type '{of}'.");
        self.errors.push(why);
    }

    /// Fragments of one object: they exist, are of its type and do not hold themselves, and no selection is left out.
    fn spreads(&mut self, set: &'a SelectionSet, of: &str, path: &mut Path<'a>) {
        for selection in &set.items {
            for directive in selection.node.directives() {
                let name = directive.node.name.node.as_str();
                self.errors.push(format!("Unknown directive '@{name}'."));
            }
            let (named, condition, inner) = match &selection.node {
                Selection::Field(_) => continue,
                Selection::InlineFragment(inline) => (
                    None,
                    inline.node.type_condition.as_ref(),
                    &inline.node.selection_set.node,
                ),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let Some(found) = self.all.fragments.get(name) else {
                        self.errors.push(format!("Unknown fragment '{name}'."));
                        continue;
                    };
                    if path.within.contains(&name) {
                        let why = format!("Cannot spread fragment '{name}' within itself.");
                        self.errors.push(why);
                        continue;
                    }
                    // Each once: fragments that hold others twice would else be walked through without end.
                    if !path.seen.insert(name) {
                        continue;
                    }
                    let found = &found.node;
                    (
                        Some(name),
                        Some(&found.type_condition),
                        &found.selection_set.node,
                    )
                }
            };
            if let Some(on) = condition.map(|c| c.node.on.node.as_str())
                && on != of
            {
                let which = named.map_or("Fragment".to_owned(), |n| format!("Fragment '{n}'"));
                self.errors.push(format!(
                    "{which} cannot be spread here as objects of type '{of}' can never be of type '{on}'."
                ));
                continue;
            }
            path.within.extend(named);
            self.spreads(inner, of, path);
            if named.is_some() {
                path.within.pop();
            }
        }
    }
}
