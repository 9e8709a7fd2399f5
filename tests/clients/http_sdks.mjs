// Uses a server over HTTP with both major versions of the TypeScript SDK: `http_sdks.mjs URL [TOKEN]`.

import { Client as ClientOne } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportOne } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client as ClientTwo, StreamableHTTPClientTransport as TransportTwo } from "@modelcontextprotocol/client";

const [url, token] = process.argv.slice(2);
const options = token ? { requestInit: { headers: { Authorization: `Bearer ${token}` } } } : {};
const who = { name: "typescript", version: "1" };

function check(holds, why) {
  if (!holds) throw new Error(why);
}

// A call whose progress is heard while it runs: only that ends its wait.
async function progress(call) {
  const asked = await call("request_approval", { title: "Does TypeScript hear?" });
  const id = asked.structuredContent.approval_id;
  let cancelled;
  const waited = await call("wait_for_approval", { approval_id: id, timeout_seconds: 50 }, () => {
    cancelled ??= call("cancel_approval", { approval_id: id });
  });
  await cancelled;
  check(waited.structuredContent.state === "cancelled", `the progress came too late: ${JSON.stringify(waited)}`);
}

async function uses(name, client, transport, call) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  check(tools.some((tool) => tool.name === "get_me"), `${name}: tools are missing`);
  const me = await call("get_me", {});
  check(!me.isError && me.structuredContent.id, `${name}: nobody is signed in`);
  const missing = await call("get_chat", { chat: "@nobody_is_called_this" });
  check(missing.isError, `${name}: a chat that is not there was found`);
  await progress(call);
  await client.close();
  console.log(`${name}: ok`);
}

const one = new ClientOne(who);
await uses("v1", one, new TransportOne(new URL(url), options), (name, args, onprogress) =>
  one.callTool({ name, arguments: args }, undefined, { onprogress }));

for (const mode of ["legacy", "auto", { pin: "2026-07-28" }]) {
  const two = new ClientTwo(who, { versionNegotiation: { mode } });
  await uses(`v2 ${JSON.stringify(mode)}`, two, new TransportTwo(new URL(url), options), (name, args, onprogress) =>
    two.callTool({ name, arguments: args }, { onprogress }));
}
