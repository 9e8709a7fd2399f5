//! The same over HTTP, where the library wants the protocol's methods one by one.
//!
//! What the library refuses by itself does not come here; the gateway's own numbers have it.

#![expect(deprecated, reason = "clients of the era of sessions ask for it")]

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam, CompleteRequestParams,
    CompleteResult, CustomNotification, CustomRequest, CustomResult, DiscoverResult, GetPromptRequestParams,
    GetPromptResponse, GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult, InitializeRequestParams,
    InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListSkillsResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion,
    ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult, ReadResourceRequestParams, ReadResourceResponse,
    ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
    UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use super::{OTHER, TCP, Watch};
use crate::server::Room;

type Request = RequestContext<RoleServer>;
type Notification = NotificationContext<RoleServer>;
type Page = Option<PaginatedRequestParams>;

/// What answers in a room over HTTP, watched.
pub(crate) struct SeenOverHttp<H> {
    watch: Watch,
    answers: H,
}

impl<H> SeenOverHttp<H> {
    pub(crate) fn new(room: Arc<Room>, answers: H) -> Self {
        Self { watch: Watch::new(room, TCP), answers }
    }
}

/// Requests that are handed on as they are.
macro_rules! watched {
    ($($name:ident: $method:expr, $params:ty => $result:ty;)+) => { $(
        async fn $name(&self, params: $params, request: Request) -> Result<$result, ErrorData> {
            let asked = self.watch.begin($method, None, Some(&request));
            asked.answered(self.answers.$name(params, request), |_| false).await
        }
    )+ };
}

/// Notifications that are handed on as they are.
macro_rules! passed_on {
    ($($name:ident: $params:ty;)+) => { $(
        async fn $name(&self, params: $params, context: Notification) {
            self.answers.$name(params, context).await;
        }
    )+ };
}

impl<H: ServerHandler> ServerHandler for SeenOverHttp<H> {
    watched! {
        complete: "completion/complete", CompleteRequestParams => CompleteResult;
        set_level: "logging/setLevel", SetLevelRequestParams => ();
        get_prompt: "prompts/get", GetPromptRequestParams => GetPromptResponse;
        list_prompts: "prompts/list", Page => ListPromptsResult;
        list_resources: "resources/list", Page => ListResourcesResult;
        list_resource_templates: "resources/templates/list", Page => ListResourceTemplatesResult;
        read_resource: "resources/read", ReadResourceRequestParams => ReadResourceResponse;
        subscribe: "resources/subscribe", SubscribeRequestParams => ();
        unsubscribe: "resources/unsubscribe", UnsubscribeRequestParams => ();
        list_tools: "tools/list", Page => ListToolsResult;
        on_custom_request: OTHER, CustomRequest => CustomResult;
        get_task: "tasks/get", GetTaskParams => GetTaskResult;
        update_task: "tasks/update", UpdateTaskParams => ();
        cancel_task: "tasks/cancel", CancelTaskParams => ();
        list_skills: "skills/list", Page => ListSkillsResult;
        get_skill: "skills/get", GetSkillRequestParams => GetSkillResult;
        read_resource_directory: "resources/directory/read", ReadResourceDirectoryRequestParams => ReadResourceDirectoryResult;
    }

    passed_on! {
        on_cancelled: CancelledNotificationParam;
        on_progress: ProgressNotificationParam;
        on_custom_notification: CustomNotification;
    }

    async fn ping(&self, request: Request) -> Result<(), ErrorData> {
        let asked = self.watch.begin("ping", None, Some(&request));
        asked.answered(self.answers.ping(request), |()| false).await
    }

    async fn initialize(
        &self,
        params: InitializeRequestParams,
        request: Request,
    ) -> Result<InitializeResult, ErrorData> {
        self.watch.begin_session();
        let asked = self.watch.begin("initialize", None, Some(&request));
        asked.answered(self.answers.initialize(params, request), |_| false).await
    }

    async fn discover(&self, request: Request) -> Result<DiscoverResult, ErrorData> {
        let asked = self.watch.begin("server/discover", None, Some(&request));
        asked.answered(self.answers.discover(request), |_| false).await
    }

    async fn call_tool(&self, params: CallToolRequestParams, request: Request) -> Result<CallToolResponse, ErrorData> {
        let asked = self.watch.begin("tools/call", Some(self.watch.tool(&params.name)), Some(&request));
        let has_failed = |answer: &CallToolResponse| match answer {
            CallToolResponse::Complete(answer) => answer.is_error == Some(true),
            _ => false,
        };
        asked.answered(self.answers.call_tool(params, request), has_failed).await
    }

    async fn listen(&self, listener: SubscriptionContext) -> Result<(), ErrorData> {
        let asked = self.watch.begin("subscriptions/listen", None, None);
        asked.answered(self.answers.listen(listener), |()| false).await
    }

    async fn on_initialized(&self, context: Notification) {
        self.answers.on_initialized(context).await;
    }

    async fn on_roots_list_changed(&self, context: Notification) {
        self.answers.on_roots_list_changed(context).await;
    }

    fn negotiate_initialize(&self, params: &InitializeRequestParams) -> Result<InitializeResult, ErrorData> {
        self.answers.negotiate_initialize(params)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.answers.supported_protocol_versions()
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.answers.accepted_subscription_filter(requested)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.answers.get_tool(name)
    }

    fn get_info(&self) -> ServerConfig {
        self.answers.get_info()
    }
}
