//! One tool, compiled from its operation.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execute, Telegram};
use telegraphist_application::{
    Application, CallContext, Caller, Effect, Explanation, Facts, Failure, Here, Operation,
};

use super::{Called, arguments, schema, with_id};

/// A call under way.
pub(super) type Calling<'a> = Pin<Box<dyn Future<Output = Result<Called, Failure>> + Send + 'a>>;

/// Performs one operation.
type Perform<O> = for<'a> fn(&'a Application, &'a Caller, O, CallContext) -> Calling<'a>;

/// What would become of a call.
type Explaining<'a> = Pin<Box<dyn Future<Output = Explanation> + Send + 'a>>;

/// Explains one operation.
type Explain<O> = for<'a> fn(&'a Application, &'a Caller, O) -> Explaining<'a>;

/// Reads the arguments and starts to explain the call.
type Would =
    dyn for<'a> Fn(&'a Application, &'a Caller, &Map<String, Value>) -> Result<Explaining<'a>, Unfit> + Send + Sync;

/// Reads the arguments and starts the call.
type Start = dyn for<'a> Fn(&'a Application, &'a Caller, &Map<String, Value>, CallContext) -> Result<Calling<'a>, Unfit>
    + Send
    + Sync;

/// A tool: the operation's facts, what a model reads about it, and how to call it.
pub struct Tool {
    /// Name, title, toolset, effect, scope and class.
    pub facts: Facts,
    /// What a model reads.
    pub description: String,
    /// JSON Schema of the arguments.
    pub input_schema: Arc<Map<String, Value>>,
    /// JSON Schema of the structured answer.
    pub output_schema: Arc<Map<String, Value>>,
    start: Box<Start>,
    would: Box<Would>,
    check: fn(&Map<String, Value>) -> Result<(), Unfit>,
}

/// An argument of a tool, for command lines and documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// `string`, `integer`, `array of integer`, `markdown | html | plain`, …
    pub kind: String,
    /// What a model reads about it; empty where the name says it all.
    pub description: String,
    /// Whether a call without it is refused.
    pub is_required: bool,
}

/// Why arguments cannot be used.
pub(super) enum Unfit {
    /// They are not what the schema says.
    Shape,
    /// They are, but Telegram would not accept them.
    Refused(Refused),
}

/// The tool of an operation on Telegram.
pub(super) fn telegram<O: Operation>() -> Tool
where
    dyn Telegram: Execute<O>,
{
    tool::<O>(
        |app, caller, operation, context| {
            Box::pin(async move { Ok(Called::of(&app.perform(caller, operation, context).await?)) })
        },
        |app, caller, operation| Box::pin(app.explain(caller, operation)),
    )
}

/// The tool of an operation that is answered here.
pub(super) fn here<O: Here>() -> Tool {
    tool::<O>(
        |app, caller, operation, context| {
            Box::pin(async move { Ok(Called::of(&app.perform_here(caller, operation, context).await?)) })
        },
        |app, caller, operation| Box::pin(app.explain_here(caller, operation)),
    )
}

/// The tool of any operation.
pub(super) fn tool<O: Operation>(perform: Perform<O>, explain: Explain<O>) -> Tool {
    let (input_schema, description) = schema::of_input::<O>();
    Tool {
        facts: O::FACTS,
        description,
        input_schema: Arc::new(input_schema),
        output_schema: Arc::new(schema::of_output::<O::Output>()),
        start: Box::new(move |app, caller, arguments, context| {
            Ok(perform(app, caller, read::<O>(arguments)?, context))
        }),
        would: Box::new(move |app, caller, arguments| Ok(explain(app, caller, read::<O>(arguments)?))),
        check: |arguments| read::<O>(arguments)?.check().map_err(Unfit::Refused),
    }
}

fn read<O: Operation>(arguments: &Map<String, Value>) -> Result<O, Unfit> {
    O::deserialize(arguments).map_err(|_| Unfit::Shape)
}

impl Tool {
    /// Calls it.
    pub async fn call(
        &self,
        app: &Application,
        caller: &Caller,
        arguments: &Map<String, Value>,
        context: CallContext,
    ) -> Result<Called, Failure> {
        let id = context.correlation_id.clone();
        match (self.start)(app, caller, arguments, context) {
            Ok(calling) => calling.await,
            Err(unfit) => Err(with_id(self.explain(unfit, arguments), app, id)),
        }
    }

    /// What would become of a call, and why; nothing is done.
    pub async fn explain_call(
        &self,
        app: &Application,
        caller: &Caller,
        arguments: &Map<String, Value>,
    ) -> Result<Explanation, Failure> {
        match (self.would)(app, caller, arguments) {
            Ok(explaining) => Ok(explaining.await),
            Err(unfit) => Err(self.explain(unfit, arguments)),
        }
    }

    /// Whether arguments could be used, before a person is asked to confirm them.
    pub(crate) fn check(&self, arguments: &Map<String, Value>) -> Result<(), Failure> {
        (self.check)(arguments).map_err(|unfit| self.explain(unfit, arguments))
    }

    fn explain(&self, unfit: Unfit, arguments: &Map<String, Value>) -> Failure {
        match unfit {
            Unfit::Shape => arguments::explain(&self.input_schema, arguments, |rest| {
                !matches!((self.check)(rest), Err(Unfit::Shape))
            }),
            Unfit::Refused(refused) => arguments::refused(&refused),
        }
    }

    /// Whether it changes nothing.
    pub fn is_read_only(&self) -> bool {
        self.facts.effect == Effect::Reads
    }

    /// Whether it needs a confirmation.
    pub fn needs_confirmation(&self) -> bool {
        matches!(self.facts.effect, Effect::Destroys | Effect::Spends)
    }

    /// Its arguments: the required ones first, then by name.
    pub fn arguments(&self) -> Vec<Argument> {
        arguments::of(&self.input_schema)
    }
}
