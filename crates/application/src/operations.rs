//! Every tool, one file each: its arguments, its answer, its facts. `docs/ARCHITECTURE.md` says how to add one.
#![expect(
    missing_docs,
    reason = "field comments are what a model reads and pays for; a name that says it all has none"
)]

/// The accessors that most operations share, by the names of their fields.
macro_rules! fields {
    ($($field:ident),* $(,)?) => { $(fields!(@ $field);)* };
    (@ session) => {
        fn session(&self) -> Option<&str> {
            self.session.as_deref()
        }
    };
    (@ chat) => {
        fn chats(&self) -> Vec<&str> {
            vec![&self.chat.0]
        }
    };
    (@ cursor) => {
        fn cursor(&self) -> Option<&str> {
            self.cursor.as_deref()
        }
    };
    (@ confirm) => {
        fn is_confirmed(&self) -> bool {
            self.confirm
        }
    };
    (@ idempotency_key) => {
        fn idempotency_key(&self) -> Option<&str> {
            self.idempotency_key.as_deref()
        }
    };
    (@ schedule) => {
        fn schedule(&self) -> Option<chrono::DateTime<chrono::Utc>> {
            self.schedule
        }
    };
    (@ dry_run) => {
        fn is_dry_run(&self) -> bool {
            self.dry_run
        }
    };
}

macro_rules! operations {
    ($($module:ident :: $operation:ident),* $(,)?) => {
        $(mod $module; pub use $module::$operation;)*
    };
}

operations! {
    get_me::GetMe,
    list_sessions::ListSessions,
    list_chats::ListChats,
    find_chats::FindChats,
    get_chat::GetChat,
    list_members::ListMembers,
    list_topics::ListTopics,
    mark_read::MarkRead,
    read_messages::ReadMessages,
    search_messages::SearchMessages,
    get_messages::GetMessages,
    send_message::SendMessage,
    edit_message::EditMessage,
    delete_messages::DeleteMessages,
    forward_messages::ForwardMessages,
    pin_message::PinMessage,
    react_to_message::ReactToMessage,
    resolve_link::ResolveLink,
    link_message::LinkMessage,
    send_file::SendFile,
    download_media::DownloadMedia,
    view_media::ViewMedia,
    list_contacts::ListContacts,
    add_contact::AddContact,
    delete_contact::DeleteContact,
    block_user::BlockUser,
    unblock_user::UnblockUser,
    request_approval::RequestApproval,
    wait_for_approval::WaitForApproval,
    get_approval::GetApproval,
    cancel_approval::CancelApproval,
    list_approvals::ListApprovals,
    approve_tool_use::ApproveToolUse,
    send_approval_request::SendApprovalRequest,
    send_telegram_event::SendTelegramEvent,
    send_telegram_message::SendTelegramMessage,
    send_task_completion::SendTaskCompletion,
    send_performance_alert::SendPerformanceAlert,
    get_telegram_responses::GetTelegramResponses,
    process_pending_responses::ProcessPendingResponses,
    clear_old_responses::ClearOldResponses,
    get_bridge_status::GetBridgeStatus,
    start_bridge::StartBridge,
    stop_bridge::StopBridge,
    restart_bridge::RestartBridge,
    ensure_bridge_running::EnsureBridgeRunning,
    check_bridge_process::CheckBridgeProcess,
    list_event_types::ListEventTypes,
    get_task_status::GetTaskStatus,
    register_claude_todos::RegisterClaudeTodos,
    todo::Todo,
    switch_to_nomad_mode::SwitchToNomadMode,
    switch_to_local_mode::SwitchToLocalMode,
    switch_to_mute_mode::SwitchToMuteMode,
}

pub use approve_tool_use::{Behavior, ToolUseDecision};
pub use get_task_status::TaskSystemArg;
pub use register_claude_todos::{TodoArg, TodoStatusArg};
pub use request_approval::{MeaningArg, OptionArg, RiskArg};
pub use send_file::FileArg;
pub use send_performance_alert::SeverityArg;
pub use todo::SectionArg;
