//! A handler with the suite's tools before ours: what it does not know goes on to the connection of the product.

use std::sync::Arc;

use rmcp::model::*;
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use telegraphist_mcp::Connection;
use tokio::sync::broadcast;

use super::content;

type Request = RequestContext<RoleServer>;

/// What the suite wants to be told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Changed {
    Tools,
    Prompts,
}

/// The suite's server.
pub(super) struct Fixtures {
    ours: Connection,
    changes: broadcast::Sender<Changed>,
}

/// What is shared by all connections.
#[derive(Clone)]
pub(super) struct Bench {
    changes: broadcast::Sender<Changed>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self { changes: broadcast::Sender::new(16) }
    }

    pub(super) fn before(&self, ours: Connection) -> Fixtures {
        Fixtures { ours, changes: self.changes.clone() }
    }
}

fn data<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("fixtures are of the protocol's shapes")
}

fn said(words: &str) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(words)])
}

fn is_stateless(request: &Request) -> bool {
    request.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// The tools of the suite.
fn tools() -> Vec<Tool> {
    let tool = |name: &'static str, schema: Value| Tool::new(name, name, Arc::new(data::<JsonObject>(schema)));
    let plain = || json!({ "type": "object", "properties": {} });
    let constant = content::constant_tools().into_iter().map(|(name, _)| name);
    let asking = content::asking_tools().into_iter().map(|(name, _)| name);
    let forms = content::forms().into_iter().map(|(name, _)| name);
    let others = [
        "test_tool_with_logging",
        "test_tool_with_progress",
        "test_sampling",
        "test_missing_capability",
        "test_logging_tool",
        "test_trigger_tool_change",
        "test_trigger_prompt_change",
    ];
    let names = constant.chain(asking).chain(forms).chain(others);
    names
        .map(|name| match name {
            "json_schema_2020_12_tool" => tool(name, content::rich_schema()),
            "test_custom_header" => tool(name, content::mirrored_schema()),
            _ => tool(name, plain()),
        })
        .collect()
}

impl Fixtures {
    #[expect(deprecated, reason = "the suite still asks for what clients of the era of sessions use")]
    async fn log(&self, request: &Request) {
        for words in ["started", "under way", "done"] {
            let message = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(words)).with_logger("suite");
            // A client that left reads no log.
            let _ = request.peer.notify_logging_message(message).await;
        }
    }

    async fn report(&self, request: &Request) {
        let Some(token) = request.meta.get_progress_token() else { return };
        for done in [0.0, 50.0, 100.0] {
            let progress = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            // A client that left needs no progress.
            let _ = request.peer.notify_progress(progress).await;
        }
    }

    #[expect(deprecated, reason = "the suite still asks for what clients of the era of sessions use")]
    async fn sample(&self, arguments: &JsonObject, request: &Request) -> CallToolResult {
        let prompt = arguments.get("prompt").and_then(Value::as_str).unwrap_or("Hello");
        let question = data(content::sampling(prompt)["params"].take());
        match request.peer.create_message(question).await {
            Ok(answer) => said(&format!("The model says: {:?}", answer.message.content)),
            Err(problem) => CallToolResult::error(vec![ContentBlock::text(problem.to_string())]),
        }
    }

    async fn ask(&self, form: Value, request: &Request) -> CallToolResult {
        let question = ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: "Please fill this in".to_owned(),
            requested_schema: data(form),
        };
        match request.peer.create_elicitation(question).await {
            Ok(answer) => said(&format!("User response: action={:?}, content={:?}", answer.action, answer.content)),
            Err(problem) => CallToolResult::error(vec![ContentBlock::text(problem.to_string())]),
        }
    }
}

/// What a round of questions comes to.
enum Round {
    Ask(InputRequiredResult),
    Answered,
}

/// The state after so many rounds. Anything else was not made here.
fn state(tool: &str, round: usize) -> String {
    format!("{tool}/{round}/sealed")
}

/// Asks what a tool has to ask, until everything is answered.
fn round(
    tool: &str,
    rounds: &[Value],
    answers: Option<&InputResponses>,
    brought: Option<&str>,
    capabilities: &ClientCapabilities,
) -> Result<Round, ErrorData> {
    let asked = match brought {
        None => 0,
        Some(brought) => (0..rounds.len())
            .find(|round| state(tool, *round) == brought)
            .ok_or_else(|| ErrorData::invalid_params("The state was not made here.", None))?,
    };
    let is_answer = |key: &str| {
        answers.and_then(|answers| answers.get(key)).is_some_and(|answer| serde_json::json!(answer).is_object())
    };
    let is_answered = |questions: &Value| questions.as_object().is_some_and(|all| all.keys().all(|key| is_answer(key)));
    let next = if is_answered(&rounds[asked]) { asked + 1 } else { asked };
    let Some(questions) = rounds.get(next) else { return Ok(Round::Answered) };
    let may = |question: &Value| match question["method"].as_str() {
        Some("elicitation/create") => capabilities.elicitation.is_some(),
        Some("sampling/createMessage") => capabilities.sampling.is_some(),
        Some(_) | None => true,
    };
    let questions: serde_json::Map<String, Value> = questions
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, question)| tool != "test_input_required_result_capabilities" || may(question))
        .map(|(key, question)| (key.clone(), question.clone()))
        .collect();
    Ok(Round::Ask(InputRequiredResult::new(Some(data(Value::Object(questions))), Some(state(tool, next)))))
}

#[expect(deprecated, reason = "the suite still asks for what clients of the era of sessions use")]
impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.ours.get_info();
        info.capabilities.logging = Some(JsonObject::new());
        info.capabilities.prompts = Some(data(json!({ "listChanged": true })));
        info.capabilities.tools = Some(data(json!({ "listChanged": true })));
        info.capabilities.resources = Some(data(json!({ "subscribe": true })));
        info.capabilities.completions = Some(JsonObject::new());
        info
    }

    async fn discover(&self, request: Request) -> Result<DiscoverResult, ErrorData> {
        let mut found = self.ours.discover(request).await?;
        found.capabilities = self.get_info().capabilities;
        Ok(found)
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut listed = self.ours.list_tools(page, request).await?;
        listed.tools.extend(tools());
        Ok(listed)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools().into_iter().find(|tool| tool.name == name).or_else(|| self.ours.get_tool(name))
    }

    async fn call_tool(&self, params: CallToolRequestParams, request: Request) -> Result<CallToolResponse, ErrorData> {
        let name = params.name.as_ref();
        if let Some((_, content)) = content::constant_tools().into_iter().find(|(known, _)| *known == name) {
            let content = data(content);
            let is_failure = name == content::FAILING;
            return Ok(
                if is_failure { CallToolResult::error(content) } else { CallToolResult::success(content) }.into()
            );
        }
        if let Some((_, form)) = content::forms().into_iter().find(|(known, _)| *known == name) {
            return Ok(self.ask(form, &request).await.into());
        }
        let capabilities = request.client_capabilities().unwrap_or_default();
        if let Some((_, rounds)) = content::asking_tools().into_iter().find(|(known, _)| *known == name) {
            let (answers, brought) = (params.input_responses.as_ref(), params.request_state.as_deref());
            return Ok(match round(name, &rounds, answers, brought, &capabilities)? {
                Round::Ask(question) => question.into(),
                Round::Answered => said("Everything is answered: state-ok").into(),
            });
        }
        match name {
            "test_tool_with_logging" => self.log(&request).await,
            "test_logging_tool" if request.meta.get("io.modelcontextprotocol/logLevel").is_some() => {
                self.log(&request).await;
            }
            "test_tool_with_progress" => self.report(&request).await,
            "test_sampling" => {
                return Ok(self.sample(&params.arguments.unwrap_or_default(), &request).await.into());
            }
            "test_missing_capability" if capabilities.sampling.is_none() => {
                let required = data(json!({ "sampling": {} }));
                return Err(ErrorData::missing_required_client_capability(required));
            }
            "test_logging_tool" | "test_missing_capability" => {}
            // Whether anybody listens is the suite's affair.
            "test_trigger_tool_change" => drop(self.changes.send(Changed::Tools)),
            "test_trigger_prompt_change" => drop(self.changes.send(Changed::Prompts)),
            _ => return self.ours.call_tool(params, request).await,
        }
        Ok(said("Done.").into())
    }

    async fn list_resources(
        &self,
        page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListResourcesResult, ErrorData> {
        let mut listed = self.ours.list_resources(page, request).await?;
        listed.resources.extend(data::<Vec<Resource>>(content::resources()));
        Ok(listed)
    }

    async fn list_resource_templates(
        &self,
        page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut listed = self.ours.list_resource_templates(page, request).await?;
        let template = json!({ "uriTemplate": "test://template/{id}/data", "name": "template" });
        listed.resource_templates.push(data(template));
        Ok(listed)
    }

    async fn read_resource(
        &self,
        params: ReadResourceRequestParams,
        request: Request,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let Some(contents) = content::contents(&params.uri) else {
            return self.ours.read_resource(params, request).await;
        };
        let read = ReadResourceResult::new(vec![data(contents)]);
        let is_stateless = is_stateless(&request);
        Ok(if is_stateless { read.with_ttl_ms(0).with_cache_scope(CacheScope::Private) } else { read }.into())
    }

    async fn subscribe(&self, params: SubscribeRequestParams, request: Request) -> Result<(), ErrorData> {
        if content::contents(&params.uri).is_some() {
            return Ok(());
        }
        self.ours.subscribe(params, request).await
    }

    async fn unsubscribe(&self, params: UnsubscribeRequestParams, request: Request) -> Result<(), ErrorData> {
        self.ours.unsubscribe(params, request).await
    }

    fn accepted_subscription_filter(&self, wanted: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(wanted.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, listener: SubscriptionContext) -> Result<(), ErrorData> {
        let wanted = listener.accepted().clone();
        if wanted.tools_list_changed != Some(true) && wanted.prompts_list_changed != Some(true) {
            return self.ours.listen(listener).await;
        }
        let mut changes = self.changes.subscribe();
        loop {
            let heard = tokio::select! {
                heard = changes.recv() => heard,
                () = listener.cancelled() => return Ok(()),
            };
            // A client that left needs not be told.
            let _ = match heard {
                Ok(Changed::Tools) if wanted.tools_list_changed == Some(true) => {
                    listener.sink().notify_tool_list_changed().await
                }
                Ok(Changed::Prompts) if wanted.prompts_list_changed == Some(true) => {
                    listener.sink().notify_prompt_list_changed().await
                }
                Ok(Changed::Tools | Changed::Prompts) => Ok(()),
                Err(_) => return Ok(()),
            };
        }
    }

    async fn list_prompts(
        &self,
        page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListPromptsResult, ErrorData> {
        let mut listed = self.ours.list_prompts(page, request).await?;
        listed.prompts.extend(data::<Vec<Prompt>>(content::prompts()));
        Ok(listed)
    }

    async fn get_prompt(
        &self,
        params: GetPromptRequestParams,
        request: Request,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = Value::Object(params.arguments.clone().unwrap_or_default());
        let Some(written) = content::prompt(&params.name, &arguments) else {
            return self.ours.get_prompt(params, request).await;
        };
        if params.name == "test_input_required_result_prompt" {
            let context = json!({ "context": { "type": "string" } });
            let rounds = [json!({ "user_context": content::question("Which context?", &context) })];
            let (answers, brought) = (params.input_responses.as_ref(), params.request_state.as_deref());
            let capabilities = request.client_capabilities().unwrap_or_default();
            if let Round::Ask(question) = round(&params.name, &rounds, answers, brought, &capabilities)? {
                return Ok(question.into());
            }
        }
        Ok(GetPromptResult::new(data(written)).into())
    }

    async fn complete(&self, params: CompleteRequestParams, request: Request) -> Result<CompleteResult, ErrorData> {
        match &params.r#ref {
            Reference::Prompt(prompt) if content::prompt(&prompt.name, &Value::Null).is_some() => {
                let values = ["paris", "park", "party"].map(str::to_owned).to_vec();
                let found = CompletionInfo::new(values).map_err(|problem| ErrorData::internal_error(problem, None))?;
                Ok(CompleteResult::new(found))
            }
            _ => self.ours.complete(params, request).await,
        }
    }

    async fn set_level(&self, _params: SetLevelRequestParams, _request: Request) -> Result<(), ErrorData> {
        Ok(())
    }
}
