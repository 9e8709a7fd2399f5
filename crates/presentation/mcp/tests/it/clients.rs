//! The library's own client, in both eras: it holds what it reads against the protocol's types.

use std::sync::{Arc, Mutex};

use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationCapability, Implementation, ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, NotificationContext, RequestContext, RunningService};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use serde_json::json;
use telegraphist_mcp::Catalogue;
use tokio_util::sync::CancellationToken;

use crate::script::Manner;
use crate::world::World;

/// A client that confirms everything and keeps the progress it hears.
#[derive(Clone, Default)]
struct Person {
    heard: Arc<Mutex<Vec<f64>>>,
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(ElicitationCapability::default());
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        _form: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(json!({ "confirm": true })))
    }

    async fn on_progress(&self, param: ProgressNotificationParam, _context: NotificationContext<RoleClient>) {
        self.heard.lock().expect("not poisoned").push(param.progress);
    }
}

async fn connected(world: &World, person: Person, mode: ClientLifecycleMode) -> RunningService<RoleClient, Person> {
    let (stream, _served) = world.connect();
    person.serve_with_lifecycle(stream, mode).await.expect("connected")
}

fn modes() -> [ClientLifecycleMode; 3] {
    let preferred = || vec![ProtocolVersion::V_2026_07_28];
    [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover { preferred_versions: preferred() },
        ClientLifecycleMode::Auto { preferred_versions: preferred(), legacy_version: None },
    ]
}

fn call(name: &'static str, arguments: serde_json::Value) -> CallToolRequestParams {
    CallToolRequestParams::new(name).with_arguments(arguments.as_object().expect("an object").clone())
}

#[tokio::test]
async fn the_librarys_client_lists_and_calls_every_tool_in_every_mode() {
    let world = World::with_bot(Manner::Answers).await;
    for mode in modes() {
        let client = connected(&world, Person::default(), mode).await;
        let listed = client.list_all_tools().await.expect("listed");
        assert_eq!(listed.len(), Catalogue::get().tools().len());
        for tool in Catalogue::get().tools() {
            let name = tool.facts.name;
            let result = client.call_tool(call(name, world.arguments(name).await)).await.expect("called");
            assert_eq!(result.is_error, Some(false), "{name}");
        }
        assert_eq!(client.list_all_prompts().await.expect("listed").len(), 3);
        assert_eq!(client.list_all_resource_templates().await.expect("listed").len(), 5);
        client.cancel().await.expect("closed");
    }
}

#[tokio::test]
async fn the_librarys_client_confirms_in_every_mode() {
    for mode in modes() {
        let world = World::new(Manner::Answers).await;
        let client = connected(&world, Person::default(), mode).await;
        let deletion = call("delete_messages", json!({ "chat": "me", "message_ids": [42] }));
        let result = client.call_tool(deletion).await.expect("called");
        assert_eq!(result.is_error, Some(false));
        assert_eq!(world.script.asked().len(), 1);
        client.cancel().await.expect("closed");
    }
}

#[tokio::test]
async fn progress_arrives_before_the_answer_and_only_grows() {
    for mode in modes() {
        let world = World::new(Manner::Reports).await;
        let person = Person::default();
        let client = connected(&world, person.clone(), mode).await;
        client.call_tool(call("get_me", json!({}))).await.expect("called");
        client.cancel().await.expect("closed");
        let heard = person.heard.lock().expect("not poisoned").clone();
        assert_eq!(heard.len(), 5, "{heard:?}");
        assert!(heard.is_sorted_by(|one, other| one < other), "{heard:?}");
    }
}

#[tokio::test]
async fn many_clients_and_many_calls_at_once() {
    let world = World::new(Manner::Answers).await;
    let clients = [
        connected(&world, Person::default(), ClientLifecycleMode::Initialize).await,
        connected(&world, Person::default(), ClientLifecycleMode::Initialize).await,
    ];
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..200 {
        let peer = clients[n % clients.len()].peer().clone();
        calls.spawn(async move { peer.call_tool(call("get_me", json!({}))).await });
    }
    let answers = calls.join_all().await;
    assert!(answers.into_iter().all(|answer| answer.expect("answered").is_error == Some(false)));
}

#[tokio::test]
async fn a_client_that_leaves_takes_nobody_along_and_a_shutdown_takes_all() {
    let world = World::new(Manner::Answers).await;
    let shutdown = CancellationToken::new();
    let mut connections = Vec::new();
    for _ in 0..2 {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (server, shutdown) = (world.server(), shutdown.clone());
        let (read, write) = tokio::io::split(theirs);
        let task = tokio::spawn(async move { server.serve(read, write, shutdown).await });
        let client = Person::default().serve_with_lifecycle(ours, ClientLifecycleMode::Initialize).await;
        connections.push((client.expect("connected"), task));
    }
    let (first, first_task) = connections.remove(0);
    first.cancel().await.expect("closed");
    first_task.await.expect("no panic").expect("served");
    assert!(!shutdown.is_cancelled());

    let (second, second_task) = connections.remove(0);
    let answer = second.call_tool(call("get_me", json!({}))).await.expect("still served");
    assert_eq!(answer.is_error, Some(false));
    shutdown.cancel();
    second_task.await.expect("no panic").expect("served");
}
