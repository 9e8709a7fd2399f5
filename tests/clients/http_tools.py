"""Uses a server over HTTP with the Python MCP client: lists, calls, hears progress while a call runs, and hears changes.

usage: http_tools.py URL MODE [TOKEN]        MODE is auto, legacy or 2026-07-28
"""

import asyncio
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


def fail(why):
    raise SystemExit(why)


async def answer(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        fail(f"{tool} failed: {result.content[0].text}")
    return result.structured_content


async def hears_progress_while_it_waits(client):
    asked = await answer(client, "request_approval", title="Shall it go on?")
    approval = asked["approval_id"]
    cancelled = []

    async def heard(progress, total, message):
        # The call has not been answered: only this ends its wait.
        if not cancelled:
            cancelled.append(asyncio.create_task(answer(client, "cancel_approval", approval_id=approval)))

    waited = await client.call_tool(
        "wait_for_approval", {"approval_id": approval, "timeout_seconds": 50}, progress_callback=heard
    )
    if waited.structured_content["state"] != "cancelled":
        fail(f"the progress came too late: {waited}")
    await cancelled[0]
    print("progress: ok")


async def hears_changes(client, told):
    asked = await answer(client, "request_approval", title="Who hears of it?")
    uri = f"tg://approval/{asked['approval_id']}"
    if client.protocol_version >= "2026-07-28":
        async with client.listen(resource_subscriptions=[uri]) as changes:
            await answer(client, "cancel_approval", approval_id=asked["approval_id"])
            async for change in changes:
                if change.uri == uri:
                    break
    else:
        await client.subscribe_resource(uri)
        await answer(client, "cancel_approval", approval_id=asked["approval_id"])
        await told.wait()
    print("changes: ok")


async def main():
    url, mode = sys.argv[1:3]
    told = asyncio.Event()

    async def message(message):
        if "ResourceUpdated" in type(message).__name__ or "resources/updated" in str(message):
            told.set()

    server = url
    if len(sys.argv) > 3:
        headers = {"Authorization": f"Bearer {sys.argv[3]}"}
        server = streamable_http_client(url, http_client=httpx2.AsyncClient(headers=headers, timeout=60))
    async with Client(server, mode=mode, read_timeout_seconds=60, message_handler=message) as client:
        print(f"protocol {client.protocol_version}")
        tools = {tool.name for tool in (await client.list_tools()).tools}
        if not {"get_me", "send_message", "request_approval"} <= tools:
            fail(f"tools are missing: {sorted(tools)}")
        if (await answer(client, "get_me"))["username"] is None:
            fail("nobody is signed in")
        page = await answer(client, "search_messages", query="invoice")
        if not page["items"]:
            fail("nothing was found")
        missing = await client.call_tool("get_chat", {"chat": "@nobody_is_called_this"})
        if not missing.is_error:
            fail("a chat that is not there was found")
        await hears_progress_while_it_waits(client)
        await hears_changes(client, told)


asyncio.run(asyncio.wait_for(main(), 100))
