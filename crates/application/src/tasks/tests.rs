//! What agents register and what projects hold, from the call to what people see.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::json;
use telegraphist_domain::ChatId;

use super::TaskState::{Blocked, Completed, Deferred, InProgress, Pending, Review};
use super::taskmaster::{TasksError, parse, read};
use super::{Task, TaskList, TaskSystem};
use crate::arguments::ChatKind;
use crate::failure::{Code, Failure};
use crate::operations::{GetTaskStatus, RegisterClaudeTodos, Todo};
use crate::ports::{FetchLimits, FileError, Files, Incoming, Outgoing, Role};
use crate::readable::text_of;
use crate::stage::{BOB, EVE, OWNER, Stage};
use crate::views::TaskStatus;

/// Files of one folder, `/project`.
struct Project(BTreeMap<&'static str, String>);

#[async_trait]
impl Files for Project {
    async fn read(&self, path: &str) -> Result<Incoming, FileError> {
        let relative = path.strip_prefix("/project/").ok_or(FileError::Outside { allowed: Vec::new() })?;
        let text = self.0.get(relative).ok_or(FileError::NotFound)?.clone();
        let bytes = Box::pin(std::io::Cursor::new(text.into_bytes()));
        Ok(Incoming { size: None, name: relative.to_owned(), mime_type: "application/json".to_owned(), bytes })
    }

    async fn check_readable(&self, folder: &str) -> Result<(), FileError> {
        if folder.trim_end_matches('/') == "/project" {
            Ok(())
        } else {
            Err(FileError::Outside { allowed: Vec::new() })
        }
    }

    async fn write(&self, _: Option<&str>, _: &str) -> Result<Box<dyn Outgoing>, FileError> {
        Err(FileError::Outside { allowed: Vec::new() })
    }

    async fn fetch(&self, _: &str, _: FetchLimits) -> Result<Incoming, FileError> {
        Err(FileError::NotFound)
    }
}

const TAGGED: &str = ".taskmaster/tasks/tasks.json";
const FLAT: &str = "tasks/tasks.json";

fn tasks(text: &serde_json::Value) -> Vec<Task> {
    parse(TAGGED, &text.to_string(), None).expect("it is what TaskMaster writes").1
}

fn one(title: &str) -> serde_json::Value {
    json!({ "tasks": [{ "id": 1, "title": title, "status": "pending" }] })
}

async fn title(files: &[(&'static str, String)]) -> String {
    let list = read(&Project(files.iter().cloned().collect()), "/project/").await.expect("it is read");
    list.tasks[0].title.clone()
}

#[tokio::test]
async fn the_current_tag_is_read_and_the_older_place_only_without_the_newer() {
    let tags = json!({ "master": one("usual"), "branch": one("other"), "metadata": { "version": 1 } }).to_string();
    assert_eq!(title(&[(TAGGED, tags.clone())]).await, "usual");
    let state = (".taskmaster/state.json", json!({ "currentTag": "branch" }).to_string());
    assert_eq!(title(&[(TAGGED, tags.clone()), state.clone()]).await, "other");
    let flat = (FLAT, one("old").to_string());
    assert_eq!(title(std::slice::from_ref(&flat)).await, "old");
    assert_eq!(title(&[flat, (TAGGED, tags)]).await, "usual");
    let lonely = json!({ "branch": one("alone") }).to_string();
    assert_eq!(title(&[(TAGGED, lonely)]).await, "alone");
}

#[test]
fn a_task_that_waits_for_another_is_blocked_until_that_is_done() {
    let tasks = tasks(&json!({ "master": { "tasks": [
        { "id": 1, "title": "a", "status": "done", "dependencies": [] },
        { "id": 2, "title": "b", "status": "pending", "dependencies": [1], "priority": "high", "subtasks": [
            { "id": 1, "title": "b1", "status": "in-progress" },
            { "id": 2, "title": "b2", "status": "pending", "dependencies": [1] },
            { "id": 3, "title": "b3", "status": "pending", "dependencies": ["2.1", 1] },
        ] },
        { "id": "3", "title": "c", "status": "pending", "dependencies": [1, "2"], "priority": "IGNORE ALL" },
        { "id": 4, "title": "d", "status": "deferred", "dependencies": [3] },
        { "id": 5, "title": "e", "dependencies": null, "subtasks": null },
        { "id": 6, "title": "f", "status": "review" },
    ] } }));
    let states: Vec<_> = tasks.iter().map(|task| task.state).collect();
    assert_eq!(states, [Completed, Pending, Blocked, Deferred, Pending, Review]);
    assert_eq!(tasks[2].waits_for, ["2"]);
    assert_eq!((tasks[1].priority.as_deref(), &tasks[2].priority), (Some("high"), &None));
    let subtasks: Vec<_> = tasks[1].subtasks.iter().map(|task| (task.id.as_str(), task.state)).collect();
    assert_eq!(subtasks, [("2.1", InProgress), ("2.2", Blocked), ("2.3", Blocked)]);
    assert_eq!(tasks[1].subtasks[1].waits_for, ["2.1"]);
}

#[test]
fn a_task_with_too_many_parts_is_told_with_a_count_of_the_rest() {
    let many = |id: u64| json!({ "id": id, "title": "x".repeat(300), "status": "pending" });
    let parts: Vec<_> = (1..=60).map(many).collect();
    let needed: Vec<u64> = (101..=170).collect();
    let task = json!({ "id": 1, "title": "ä".repeat(300), "dependencies": needed, "subtasks": parts });
    let list = TaskList {
        system: TaskSystem::Taskmaster,
        name: "master".to_owned(),
        project_root: None,
        updated: None,
        tasks: tasks(&json!({ "tasks": [task] })),
    };
    let status = TaskStatus { lists: vec![list.view(None, false)], note: None };
    let seen = &status.lists[0].items[0];
    assert_eq!((seen.subtasks.len(), seen.subtasks_left_out), (50, 10));
    assert_eq!((seen.waits_for.len(), seen.waits_for_left_out), (50, 20));
    let long = |letter: &str| format!("{}…", letter.repeat(200));
    assert_eq!((seen.title.as_str(), seen.subtasks[0].title.as_str()), (&*long("ä"), &*long("x")));
    let text = text_of(&status);
    assert!(text.contains(", 150 and 20 more\n") && text.contains("\n    … and 10 more"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_read_says_what_to_do_and_nothing_of_what_it_holds() {
    let bad = [
        "{\"tasks\": [}",
        "[]",
        "{\"master\": {}}",
        "{\"tasks\": [{\"id\": 1, \"title\": 7}]}",
        "{\"tasks\": [{\"id\": 1, \"title\": \"x\", \"status\": \"hunter2\"}]}",
    ];
    for text in bad {
        let files = Project(BTreeMap::from([(TAGGED, text.to_owned())]));
        let error = read(&files, "/project").await.err().expect("it is refused");
        assert!(matches!(error, TasksError::Malformed { file: TAGGED, .. }), "{text}: {error}");
        let failure = Failure::from(error);
        assert_eq!(failure.code, Code::FileRefused);
        assert!(failure.message.contains(TAGGED) && !failure.message.contains("hunter2"), "{}", failure.message);
    }
    let empty = Project(BTreeMap::new());
    assert!(matches!(read(&empty, "/project").await, Err(TasksError::NoFile)));
    let outside = read(&empty, "/elsewhere").await;
    assert!(matches!(outside, Err(TasksError::File(FileError::Outside { .. }))));
    let huge = Project(BTreeMap::from([(TAGGED, " ".repeat(5 * 1024 * 1024))]));
    assert!(matches!(read(&huge, "/project").await, Err(TasksError::TooLarge)));
    // Three bytes each, and the limit is not divisible by three: the cut falls within a letter.
    let within = Project(BTreeMap::from([(TAGGED, "…".repeat(2 * 1024 * 1024))]));
    assert!(matches!(read(&within, "/project").await, Err(TasksError::TooLarge)));
}

fn todos(contents: &[&str]) -> serde_json::Value {
    contents.iter().map(|content| json!({ "content": content, "status": "in_progress" })).collect()
}

#[tokio::test]
async fn a_list_is_replaced_by_its_name_and_one_without_tasks_is_gone() {
    let stage = Stage::new().await;
    let names = async || {
        let status = stage.call::<GetTaskStatus>(json!({})).await.expect("an answer");
        status.lists.iter().map(|list| (list.name.as_str().to_owned(), list.counts.total)).collect::<Vec<_>>()
    };
    stage.call::<RegisterClaudeTodos>(json!({ "todos": todos(&["a", "b"]) })).await.unwrap();
    stage.call::<RegisterClaudeTodos>(json!({ "todos": todos(&["c"]), "session_id": "other" })).await.unwrap();
    stage.call::<RegisterClaudeTodos>(json!({ "todos": todos(&["a", "b", "d"]) })).await.unwrap();
    assert_eq!(names().await, [("todos".to_owned(), 3), ("other".to_owned(), 1)]);
    stage.call::<RegisterClaudeTodos>(json!({ "todos": [] })).await.unwrap();
    assert_eq!(names().await, [("other".to_owned(), 1)]);
}

#[tokio::test]
async fn the_oldest_lists_go_when_there_are_too_many() {
    let stage = Stage::new().await;
    for run in 0..60 {
        let arguments = json!({ "todos": todos(&["a"]), "list": format!("run {run}") });
        stage.call::<RegisterClaudeTodos>(arguments).await.unwrap();
    }
    let lists = stage.call::<GetTaskStatus>(json!({})).await.unwrap().lists;
    assert_eq!((lists.len(), lists[0].name.as_str(), lists[49].name.as_str()), (50, "run 59", "run 10"));
}

#[tokio::test]
async fn a_filter_leaves_the_counts_whole_and_a_summary_leaves_out_the_tasks() {
    let stage = Stage::new().await;
    let all = json!([
        { "id": "x", "content": "write", "status": "completed" },
        { "id": "y", "content": "test", "status": "pending" },
        { "id": "z", "content": "wait", "status": "blocked" },
    ]);
    stage.call::<RegisterClaudeTodos>(json!({ "todos": all })).await.unwrap();
    let status = stage.call::<GetTaskStatus>(json!({ "status_filter": "pending" })).await.unwrap();
    let [list] = status.lists.as_slice() else { panic!("one list") };
    assert_eq!((list.items.len(), list.items[0].id.as_str(), list.counts.total), (1, "y", 3));
    assert!(text_of(&status).contains("1 of 3 done, 1 blocked, 1 pending"), "{}", text_of(&status));
    let summary = stage.call::<GetTaskStatus>(json!({ "summary_only": true })).await.unwrap();
    assert!(summary.lists[0].items.is_empty());
    let read = json!({ "task_system": "claude-code", "sections": ["completed", "blocked"] });
    let text = text_of(&stage.call::<Todo>(read).await.unwrap());
    assert!(text.contains("Blocked (1)\n  [!] z ⟦wait⟧\nDone (1)\n  [x] x ⟦write⟧"), "{text}");
    assert!(!text.contains("test"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_a_list_is_refused_with_the_argument() {
    let stage = Stage::new().await;
    let same =
        json!([{ "id": "1", "content": "a", "status": "pending" }, { "id": "1", "content": "b", "status": "pending" }]);
    let bad = [
        (json!({ "todos": vec![json!({ "content": "a", "status": "pending" }); 101] }), "`todos`"),
        (json!({ "todos": same }), "`todos`"),
        (json!({ "todos": todos(&[" "]) }), "`todos`"),
        (json!({ "todos": todos(&["a"]), "list": "a\nb" }), "`list`"),
        (json!({ "todos": todos(&["a"]), "project_root": "relative" }), "`project_root`"),
    ];
    for (arguments, argument) in bad {
        let failure = stage.call::<RegisterClaudeTodos>(arguments).await.err().expect("it is refused");
        assert!(failure.code == Code::InvalidArgument && failure.message.contains(argument), "{}", failure.message);
    }
    let outside = json!({ "todos": todos(&["a"]), "project_root": "/etc" });
    assert_eq!(stage.call::<RegisterClaudeTodos>(outside).await.err().unwrap().code, Code::FileRefused);
    let nowhere = stage.call::<Todo>(json!({})).await.err().unwrap();
    assert!(nowhere.message.contains("`project_root`"), "{}", nowhere.message);
}

#[tokio::test]
async fn people_who_were_let_in_see_the_lists_and_others_do_not() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::Guest).await;
    stage.says(OWNER, "/todo").await;
    assert_eq!(stage.nth_to(OWNER, 1).await.card.text.text, "No agent has told me what it has to do.");
    let list = json!([
        { "content": "Move the tables", "status": "completed" },
        { "content": "Look at *the* plan", "status": "in_progress" },
    ]);
    stage.call::<RegisterClaudeTodos>(json!({ "todos": list, "list": "migrations" })).await.unwrap();
    stage.says(BOB, "/todo").await;
    let shown = stage.nth_to(BOB, 1).await.card.text.text;
    assert_eq!(shown, "migrations\nIn progress (1)\n▸ Look at *the* plan\nDone (1)\n✓ Move the tables");
    stage.says(BOB, "/tasks").await;
    let shown = stage.nth_to(BOB, 2).await.card.text.text;
    assert_eq!(shown, "migrations · 1 of 2 done, 1 in progress\n\n/todo shows what they hold.");
    stage.says(EVE, "/todo").await;
    stage.settle().await;
    assert!(stage.sent_to(ChatId(EVE.0)).iter().all(|told| !told.card.text.text.contains("plan")));
}

#[tokio::test]
async fn a_group_is_not_shown_what_agents_have_to_do() {
    let stage = Stage::new().await;
    stage.call::<RegisterClaudeTodos>(json!({ "todos": todos(&["Look at the plan"]) })).await.unwrap();
    let group = ChatId(-1_001_234_567_890);
    stage.says_in(OWNER, group, ChatKind::Supergroup, "/pair", None).await;
    for (nth, command) in ["/todo", "/tasks"].into_iter().enumerate() {
        stage.says_in(OWNER, group, ChatKind::Supergroup, command, None).await;
        let text = stage.until(|stage| stage.sent_to(group).get(nth + 1).cloned()).await.card.text.text;
        assert!(text.starts_with(&format!("Send me {command} in our private chat")), "{text}");
    }
}

#[tokio::test]
async fn nothing_is_left_of_a_list_that_was_replaced() {
    let stage = Stage::new().await;
    for content in ["first", "second", "third"] {
        stage.call::<RegisterClaudeTodos>(json!({ "todos": todos(&[content]) })).await.unwrap();
    }
    let ports = stage.app.ports();
    let later = ports.clock.now() + chrono::TimeDelta::days(1);
    assert_eq!(ports.contents.forget_before(later).await.unwrap(), 1);
    let index = ports.preferences.preference("tasks.registered").await.unwrap().unwrap();
    assert!(!index.contains("third") && !index.contains("todos"), "{index}");
}
