// Gets itself a token from the issuer that a server names, as both major versions of the TypeScript SDK do by themselves:
// `http_oauth.mjs URL ISSUER CLIENT SECRET`.

import { ClientCredentialsProvider as ProviderOne } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client as ClientOne } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportOne } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  Client as ClientTwo,
  ClientCredentialsProvider as ProviderTwo,
  StreamableHTTPClientTransport as TransportTwo,
} from "@modelcontextprotocol/client";

const [url, expectedIssuer, clientId, clientSecret] = process.argv.slice(2);
// Version 1 asks for no scope by itself where nobody signs in.
const credentials = { expectedIssuer, clientId, clientSecret, scope: "tg.read" };
const who = { name: "typescript", version: "1" };

for (const [name, Client, Transport, Provider] of [
  ["v1", ClientOne, TransportOne, ProviderOne],
  ["v2", ClientTwo, TransportTwo, ProviderTwo],
]) {
  const client = new Client(who);
  await client.connect(new Transport(new URL(url), { authProvider: new Provider(credentials) }));
  const { tools } = await client.listTools();
  if (!tools.some((tool) => tool.name === "read_messages")) throw new Error(`${name}: tools are missing`);
  if (tools.some((tool) => tool.name === "send_message")) throw new Error(`${name}: more than was granted`);
  await client.close();
  console.log(`${name}: ok`);
}
