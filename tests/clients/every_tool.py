"""Lists and calls every tool over stdio with the Python MCP client, in the era named by the first argument.

usage: every_tool.py auto|legacy PROGRAM [ARGUMENT…]

Prints one line for each tool; ends with 1 if a tool is not listed, not called, or answers otherwise than its schema says.
"""

import asyncio
import json
import os
import pathlib
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters

EXPECTED = 54


class Story:
    """Calls tools in an order in which each finds what it needs."""

    def __init__(self, client):
        self.client = client
        self.called = set()

    async def call(self, tool, **arguments):
        result = await self.client.call_tool(tool, arguments)
        if result.is_error:
            raise SystemExit(f"{tool} failed: {result.content[0].text}")
        if result.structured_content is None:
            raise SystemExit(f"{tool} answered without structured content")
        if not result.content:
            raise SystemExit(f"{tool} answered without text")
        self.called.add(tool)
        print(f"{tool}: ok")
        return result.structured_content

    async def chat_of_kind(self, kind):
        page = await self.call("list_chats", kind=kind, limit=100)
        if not page["items"]:
            raise SystemExit(f"the demo has no chat of kind {kind}")
        return page["items"]

    async def run(self):
        call = self.call
        me = (await call("get_me"))["id"]
        await call("list_sessions")
        private = next(chat["id"] for chat in await self.chat_of_kind("private") if chat["id"] != me)
        supergroups = await self.chat_of_kind("supergroup")
        forum = next(chat["id"] for chat in supergroups if chat.get("is_forum"))
        channel = (await self.chat_of_kind("channel"))[0]["id"]
        await call("find_chats", query="a")
        await call("get_chat", chat=forum, response_format="detailed")
        await call("list_members", chat=forum)
        await call("list_topics", chat=forum)
        await call("read_messages", chat=private, limit=5)
        post = (await call("read_messages", chat=channel, limit=5))["items"][0]["id"]
        await call("search_messages", query="invoice")
        await call("get_messages", chat=channel, message_ids=[post], context=1)
        link = (await call("link_message", chat=channel, message_id=post))["link"]
        await call("resolve_link", link=link)
        sent = await call("send_message", chat="me", text="**bold** and plain")
        message = sent["items"][0]["message_id"]
        await call("edit_message", chat="me", message_id=message, text="edited")
        await call("react_to_message", chat="me", message_id=message, emoji="👍")
        await call("pin_message", chat="me", message_id=message)
        await call("forward_messages", from_chat="me", message_ids=[message], chat=private)
        await call("mark_read", chat=private)
        pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        files = [{"base64": pixel, "name": "pixel.png"}]
        photo = (await call("send_file", chat="me", files=files, caption="a pixel"))["items"][0]["message_id"]
        await call("view_media", chat="me", message_id=photo)
        downloads = pathlib.Path((await call("download_media", chat="me", message_id=photo))["path"]).parent
        await call("delete_messages", chat="me", message_ids=[photo], confirm=True)
        await call("list_contacts")
        await call("add_contact", chat=private, first_name="Somebody")
        await call("block_user", chat=private)
        await call("unblock_user", chat=private)
        await call("delete_contact", chat=private, confirm=True)
        await self.tell()
        await self.plan(downloads)
        await self.ask()

    async def tell(self):
        call = self.call
        await call("list_event_types", category="build")
        data = {"test_count": 214, "duration_ms": 184000}
        event = {"type": "build_completed", "title": "Nightly build", "description": "All **214** passed.", "data": data}
        first = await call("send_telegram_event", **event, idempotency_key="nightly")
        again = await call("send_telegram_event", **event, idempotency_key="nightly")
        ids = [[delivery["delivery_id"] for delivery in answer["deliveries"]] for answer in (first, again)]
        if ids[0] != ids[1] or again["is_new"]:
            raise SystemExit(f"the same event was taken twice: {first} {again}")
        await call("send_telegram_message", message="The **build** is done.")
        await call("send_task_completion", task_id="42", title="Migrations", results="Two tables moved.")
        await call("send_performance_alert", title="Memory", current_value=91.5, threshold=80)
        await call("get_bridge_status")
        for tool in ("check_bridge_process", "stop_bridge", "start_bridge", "restart_bridge", "ensure_bridge_running"):
            await call(tool)
        for tool in ("switch_to_nomad_mode", "switch_to_mute_mode", "switch_to_local_mode"):
            await call(tool)
        await call("get_telegram_responses")
        await call("process_pending_responses")
        await call("clear_old_responses", confirm=True)

    async def plan(self, project):
        """In a folder that may be read."""
        call = self.call
        parts = [{"id": 1, "title": "Copy rows", "status": "done"}, {"id": 2, "title": "Check sums", "status": "in-progress"}]
        tasks = [
            {"id": 1, "title": "Move the tables", "status": "in-progress", "dependencies": [], "subtasks": parts},
            {"id": 2, "title": "Drop the old ones", "status": "pending", "dependencies": [1], "priority": "low"},
        ]
        file = project / ".taskmaster" / "tasks" / "tasks.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"master": {"tasks": tasks}}))
        todos = [{"id": "1", "content": "Ask for a window", "status": "completed"}]
        await call("register_claude_todos", todos=todos, session_id="night", project_root=str(project))
        status = await call("get_task_status", project_root=str(project))
        counted = {one["system"]: (one["counts"]["total"], one["counts"]["blocked"]) for one in status["lists"]}
        if counted != {"taskmaster": (2, 1), "claude-code": (1, 0)}:
            raise SystemExit(f"two lists were expected: {status}")
        todo = await call("todo", project_root=str(project))
        if [one["section"] for one in todo["lists"][0]["sections"]] != ["current", "blocked"]:
            raise SystemExit(f"one task is under way and one waits: {todo}")
        outside = await self.client.call_tool("todo", {"project_root": "/etc"})
        if not outside.is_error or "file_refused" not in outside.content[0].text:
            raise SystemExit(f"a folder outside was read: {outside}")

    async def ask(self):
        call = self.call
        asked = await call("request_approval", title="Deploy?", options=["Now", "Never"])
        await call("send_approval_request", title="Merge?", description="The **branch** is green.")
        await call("get_approval", approval_id=asked["approval_id"])
        waited = await call("wait_for_approval", approval_id=asked["approval_id"], timeout_seconds=1)
        if waited["state"] != "pending":
            raise SystemExit(f"nobody decided, and yet: {waited}")
        prompt = asyncio.create_task(call("approve_tool_use", tool_name="Bash", input={"command": "ls"}))
        while not (about := [one for one in (await call("list_approvals", pending=True))["items"] if one.get("tool") == "Bash"]):
            await asyncio.sleep(0)
        await call("cancel_approval", approval_id=about[0]["approval_id"])
        if (await prompt)["behavior"] != "deny":
            raise SystemExit("what was taken back was allowed")


async def main():
    era, program, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    server = StdioServerParameters(command=program, args=arguments, env=dict(os.environ))
    async with Client(server, mode=era, read_timeout_seconds=60) as client:
        print(f"protocol {client.protocol_version}")
        listed = {tool.name for tool in (await client.list_tools()).tools}
        if len(listed) != EXPECTED:
            raise SystemExit(f"{len(listed)} tools are listed, not {EXPECTED}: {sorted(listed)}")
        story = Story(client)
        await story.run()
        if story.called != listed:
            raise SystemExit(f"not called: {sorted(listed - story.called)}; not listed: {sorted(story.called - listed)}")
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
        print(f"{len(resources)} resources, {len(templates)} templates, {len(prompts)} prompts")


asyncio.run(main())
