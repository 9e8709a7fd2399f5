//! The protocol's methods. Each is short: what it answers is made elsewhere.

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams, CompleteResult,
    DiscoverResult, GetPromptRequestMethod, GetPromptRequestParams, GetPromptResponse, GetPromptResult, GetTaskParams,
    GetTaskResult, ListPromptsRequestMethod, ListPromptsResult, ListResourceTemplatesRequestMethod,
    ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult, ListToolsResult, MetaObject,
    PaginatedRequestParams, ProtocolVersion, ReadResourceRequestMethod, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, ServerConfig, SubscribeRequestMethod, SubscribeRequestParams,
    SubscriptionFilter, Tool, UnsubscribeRequestMethod, UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::model::{CompleteRequestMethod, ConstString};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use telegraphist_application::{CallContext, Failure};

use super::call::{self, Outcome};
use super::{Connection, Delivery, Room, answers};
use crate::catalogue::unknown_tool;
use crate::completion;
use crate::endpoint::Slot;
use crate::prompts;
use crate::resources;

type Request = RequestContext<RoleServer>;

/// How long a client may keep a list: they change only with the server's configuration.
const LIST_TTL_MS: u64 = 60_000;

/// Whether the request is of the era without sessions.
pub(super) fn is_stateless(request: &Request) -> bool {
    request.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// Marks a list as this caller's alone, fresh for a while; only where the protocol has such marks.
macro_rules! cached {
    ($room:expr, $request:ident, $result:expr) => {{
        let mut result = $result;
        if is_stateless(&$request) {
            result.ttl_ms = Some(LIST_TTL_MS);
            result.cache_scope = Some(CacheScope::Private);
            result.meta = Some($room.inner.identity.clone());
        }
        Ok(result)
    }};
}

impl Room {
    fn meta(&self, request: &Request) -> Option<MetaObject> {
        is_stateless(request).then(|| self.inner.identity.clone())
    }

    /// What a request says about its call, where a failure has no other place than a protocol error.
    fn context(&self, request: &Request) -> Result<CallContext, ErrorData> {
        call::context(request).map_err(|failure| self.protocol_error(failure))
    }

    pub(super) fn protocol_error(&self, failure: Failure) -> ErrorData {
        answers::protocol_error(&self.identified(failure))
    }

    fn has_resources(&self) -> bool {
        self.offer.config.capabilities.resources.is_some()
    }

    fn has_subscriptions(&self) -> bool {
        self.offer.config.capabilities.resources.as_ref().is_some_and(|offered| offered.subscribe == Some(true))
    }

    fn has_prompts(&self) -> bool {
        self.offer.config.capabilities.prompts.is_some()
    }
}

/// What is not advertised is not there, whatever the library would answer by itself.
fn only_if<M: ConstString>(is_offered: bool) -> Result<(), ErrorData> {
    if is_offered { Ok(()) } else { Err(ErrorData::method_not_found::<M>()) }
}

impl ServerHandler for Connection {
    fn get_info(&self) -> ServerConfig {
        self.room.offer.config.clone()
    }

    async fn discover(&self, _request: Request) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn on_initialized(&self, _context: NotificationContext<RoleServer>) {}

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListToolsResult, ErrorData> {
        cached!(self.room, request, ListToolsResult::with_all_items(self.room.offer.listed.clone()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.room.offer.listed.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(&self, params: CallToolRequestParams, request: Request) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.room.tool(&params.name) else {
            let failure = unknown_tool(&params.name, self.room.offer.selection.tools().map(|tool| tool.facts.name));
            return Err(ErrorData::invalid_params(format!("{} {}", failure.message, failure.action), None));
        };
        if let Some(mut task) = self.room.wait_as_task(tool, &params, &request).await {
            task.meta = self.room.meta(&request);
            return Ok(task.into());
        }
        let head = request.extensions.get::<http::request::Parts>();
        let slot = head.and_then(|head| head.extensions.get::<Slot>());
        let delivery = slot.map_or_else(|| self.room.delivery.clone(), |slot| Delivery::Slot(slot.clone()));
        let mut result = match self.room.call(tool, params, &request).await {
            Ok(Outcome::Ask(question)) => return Ok(question.into()),
            Ok(Outcome::Called(called)) => answers::success(called, &delivery),
            Err(failure) => answers::failure(&failure),
        };
        result.meta = self.room.meta(&request);
        Ok(result.into())
    }

    async fn get_task(&self, params: GetTaskParams, request: Request) -> Result<GetTaskResult, ErrorData> {
        let mut result = GetTaskResult::new(self.room.task(&params.task_id, &request).await?);
        result.meta = self.room.meta(&request);
        Ok(result)
    }

    async fn update_task(&self, params: UpdateTaskParams, request: Request) -> Result<(), ErrorData> {
        self.room.task(&params.task_id, &request).await?;
        Err(ErrorData::invalid_params("This task asks its client nothing.", None))
    }

    async fn cancel_task(&self, params: CancelTaskParams, request: Request) -> Result<(), ErrorData> {
        self.room.task(&params.task_id, &request).await.map(drop)
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListResourcesResult, ErrorData> {
        only_if::<ListResourcesRequestMethod>(self.room.has_resources())?;
        let listed = resources::list(
            &self.room.inner.app,
            &self.room.inner.caller,
            &self.room.offer.selection,
            self.room.context(&request)?,
        )
        .await;
        let listed = listed.map_err(|failure| self.room.protocol_error(failure))?;
        cached!(self.room, request, ListResourcesResult::with_all_items(listed))
    }

    async fn list_resource_templates(
        &self,
        _page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        only_if::<ListResourceTemplatesRequestMethod>(self.room.has_resources())?;
        let templates = resources::templates(&self.room.offer.selection);
        cached!(self.room, request, ListResourceTemplatesResult::with_all_items(templates))
    }

    async fn read_resource(
        &self,
        params: ReadResourceRequestParams,
        request: Request,
    ) -> Result<ReadResourceResponse, ErrorData> {
        only_if::<ReadResourceRequestMethod>(self.room.has_resources())?;
        let Some((resource, values)) = resources::matching(&self.room.offer.selection, &params.uri) else {
            let which = serde_json::json!({ "uri": params.uri });
            return Err(ErrorData::resource_not_found("There is no such resource.", Some(which)));
        };
        let mut context = self.room.context(&request)?;
        // Answers and questions belong to the agent that reads.
        context.life = self.room.life(&request);
        let read = resource.read(&self.room.inner.app, &self.room.inner.caller, values, context).await;
        let text = read.map_err(|failure| self.room.protocol_error(failure))?;
        let contents = vec![rmcp::model::ResourceContents::text(text, params.uri).with_mime_type(resource.mime_type())];
        let mut result = ReadResourceResult::new(contents);
        if is_stateless(&request) {
            // Chats change at any time.
            result = result.with_ttl_ms(0).with_cache_scope(CacheScope::Private);
            result.meta = Some(self.room.inner.identity.clone());
        }
        Ok(result.into())
    }

    async fn subscribe(&self, params: SubscribeRequestParams, request: Request) -> Result<(), ErrorData> {
        only_if::<SubscribeRequestMethod>(self.room.has_subscriptions())?;
        if !resources::can_be_watched(&self.room.offer.selection, &params.uri) {
            return Err(ErrorData::resource_not_found("There is no such resource to subscribe to.", None));
        }
        self.watched.add(params.uri, &request.peer, self.room.inner.app.changes())
    }

    async fn unsubscribe(&self, params: UnsubscribeRequestParams, _request: Request) -> Result<(), ErrorData> {
        only_if::<UnsubscribeRequestMethod>(self.room.has_subscriptions())?;
        self.watched.remove(&params.uri);
        Ok(())
    }

    fn accepted_subscription_filter(&self, wanted: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.room.has_subscriptions().then(|| self.room.heard(wanted))
    }

    async fn listen(&self, listener: SubscriptionContext) -> Result<(), ErrorData> {
        self.room.tell_listener(&listener, self.room.inner.app.changes()).await
    }

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        request: Request,
    ) -> Result<ListPromptsResult, ErrorData> {
        only_if::<ListPromptsRequestMethod>(self.room.has_prompts())?;
        cached!(self.room, request, ListPromptsResult::with_all_items(prompts::list(&self.room.offer.selection)))
    }

    async fn get_prompt(
        &self,
        params: GetPromptRequestParams,
        request: Request,
    ) -> Result<GetPromptResponse, ErrorData> {
        only_if::<GetPromptRequestMethod>(self.room.has_prompts())?;
        let Some(prompt) = prompts::offered(&self.room.offer.selection).find(|prompt| prompt.name == params.name)
        else {
            return Err(ErrorData::invalid_params("There is no such prompt.", None));
        };
        let arguments = params.arguments.unwrap_or_default();
        let written =
            prompt.write(&self.room.inner.app, &self.room.inner.caller, &arguments, self.room.context(&request)?).await;
        let messages = written.map_err(|failure| self.room.protocol_error(failure))?;
        let mut result = GetPromptResult::new(messages).with_description(prompt.description);
        result.meta = self.room.meta(&request);
        Ok(result.into())
    }

    async fn complete(&self, params: CompleteRequestParams, request: Request) -> Result<CompleteResult, ErrorData> {
        only_if::<CompleteRequestMethod>(self.room.has_resources() || self.room.has_prompts())?;
        let inner = &self.room.inner;
        let found = completion::complete(
            &inner.app,
            &inner.caller,
            &self.room.offer.selection,
            &params,
            self.room.context(&request)?,
        )
        .await;
        let mut result = CompleteResult::new(found.map_err(|failure| self.room.protocol_error(failure))?);
        result.meta = self.room.meta(&request);
        Ok(result)
    }
}
