// An OpenID provider on a free port of this machine. It is told who its clients are, and whom it gives tokens for, as
// JSON in its first argument; it says its address when it is there, and then each logout token that it sends.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { clients, audience } = JSON.parse(process.argv[2]);
const persona = "nurse";
// The provider's own notices would come between.
console.info = console.warn;
const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
const key = (kind, options) => generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys: [key("rsa", { modulusLength: 2048 }), key("ec", { namedCurve: "P-256" })] },
    cookies: { keys: ["only-for-tests"] },
    pkce: { required: () => true },
    enabledJWA: { clientAuthSigningAlgValues: ["ES256", "ES384"] },
    claims: { openid: ["sub"], profile: ["persona"] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, persona }) }),
    extraTokenClaims: () => ({ persona }),
    features: {
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "visits",
          audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: 900,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    fetch: async (_, { body }) => {
      say({ logout_token: new URLSearchParams(body).get("logout_token") });
      return new Response();
    },
  });
  server.on("request", provider.callback());
  say({ issuer });
});
