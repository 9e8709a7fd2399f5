// An issuer of access tokens that nobody here wrote (oidc-provider), with a door at /control for what real ones do only now
// and then: sign a token that is not as it should be, rotate their keys, or lead astray who asks for them.
import crypto from 'node:crypto';
import http from 'node:http';
import * as jose from 'jose';
import { Provider } from 'oidc-provider';

const SCOPES = 'account:read chats:read messages:read messages:write tg.read';
const ALGORITHMS = { rsa: 'RS256', ec: 'ES256', ed: 'EdDSA' };

let issuer;
let answer;
let edition = 0;
let keys = {};
let mode = 'usual';
let fetched = 0;

async function pair(kind) {
  const alg = ALGORITHMS[kind];
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true, crv: kind === 'ed' ? 'Ed25519' : undefined });
  const kid = `${kind}-${edition}`;
  return { alg, kid, publicKey, privateKey, jwk: { ...(await jose.exportJWK(privateKey)), kid, alg, use: 'sig' } };
}

// With keys of its own, as every issuer renews them some day.
async function renew() {
  edition += 1;
  keys = {};
  for (const kind of Object.keys(ALGORITHMS)) keys[kind] = await pair(kind);
  const clients = ['alice-rsa', 'alice-ec', 'alice-ed', 'bob-rsa'].map((client_id) => ({
    client_id,
    client_secret: 'secret-of-a-test',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }));
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys: Object.values(keys).map((key) => key.jwk) },
    scopes: SCOPES.split(' '),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource, client) => ({
          scope: SCOPES,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: ALGORITHMS[client.clientId.split('-')[1]] } },
        }),
      },
    },
  });
  answer = provider.callback();
}

const base64 = (value) => Buffer.from(value).toString('base64url');

async function sign({ header, claims, by }) {
  if (by === 'nobody') return `${base64(JSON.stringify({ alg: 'none', ...header }))}.${base64(JSON.stringify(claims))}.`;
  if (by === 'public-key') {
    // What a verifier that lets the token choose would take for a shared secret.
    const message = `${base64(JSON.stringify({ alg: 'HS256', kid: keys.rsa.kid, ...header }))}.${base64(JSON.stringify(claims))}`;
    const secret = await jose.exportSPKI(keys.rsa.publicKey);
    return `${message}.${crypto.createHmac('sha256', secret).update(message).digest('base64url')}`;
  }
  const key = by === 'stranger' ? await pair('rsa') : keys[by];
  const kid = by === 'stranger' ? keys.rsa.kid : key.kid;
  return new jose.SignJWT(claims).setProtectedHeader({ alg: key.alg, kid, typ: 'at+jwt', ...header }).sign(key.privateKey);
}

async function control(wanted) {
  switch (wanted.do) {
    case 'sign': return { token: await sign(wanted) };
    case 'renew': await renew(); return {};
    case 'mode': mode = wanted.mode; return {};
    case 'fetched': return { fetched };
    default: throw new Error(`nobody here can ${wanted.do}`);
  }
}

const server = http.createServer(async (request, response) => {
  if (request.url === '/control') {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await control(JSON.parse(body))));
    return;
  }
  if (request.url === '/elsewhere') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [] }));
    return;
  }
  if (request.url === '/jwks') {
    fetched += 1;
    if (mode === 'hang') return;
    if (mode === 'redirect') {
      response.writeHead(302, { location: `${issuer}/elsewhere` }).end();
      return;
    }
    if (mode === 'flood') {
      response.write('{"keys":[');
      const more = () => { while (!response.destroyed && response.write('"x",'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', more); };
      more();
      return;
    }
  }
  answer(request, response);
});

server.listen(0, '127.0.0.1', async () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  await renew();
  console.log(`The issuer is at ${issuer}`);
});
