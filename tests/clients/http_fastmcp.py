"""Uses a server over HTTP with the FastMCP client: `http_fastmcp.py URL [TOKEN]`."""

import asyncio
import sys

from fastmcp import Client


async def main():
    token = sys.argv[2] if len(sys.argv) > 2 else None
    heard = []

    async def progress(done, total, message):
        heard.append(done)

    async with Client(sys.argv[1], auth=token, progress_handler=progress) as client:
        names = {tool.name for tool in await client.list_tools()}
        if "get_me" not in names:
            raise SystemExit(f"tools are missing: {sorted(names)}")
        me = await client.call_tool("get_me", {})
        if me.is_error or not me.structured_content["id"]:
            raise SystemExit(f"nobody is signed in: {me}")
        asked = await client.call_tool("request_approval", {"title": "Does FastMCP hear?"})
        approval = asked.structured_content["approval_id"]
        waited = await client.call_tool("wait_for_approval", {"approval_id": approval, "timeout_seconds": 2})
        if waited.structured_content["state"] != "pending" or not heard:
            raise SystemExit(f"no progress was heard: {waited}")
        print("fastmcp: ok")


asyncio.run(asyncio.wait_for(main(), 100))
