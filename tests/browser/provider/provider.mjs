// An OpenID Connect provider on 127.0.0.1, whose people sign in with any password.
//
// Usage: node provider.mjs <port> <redirect URI> [<redirect URI> ...]
// Client: id "gatehouse", secret from PROVIDER_CLIENT_SECRET. A login is a person: "ada" is
// ada@example.com, "ada@other.example" is that address; a login that begins with "unverified" has
// an address that nobody has verified. PROVIDER_LEAN=1 keeps profile claims out of id tokens, as
// the standard has it (OpenID Connect Core section 5.4); without it they are in, as large
// providers do. Prints "ready" when it serves; ends with its standard input.
import { Provider } from 'oidc-provider'

const [port, ...redirects] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`

const findAccount = (_context, id) => ({
  accountId: id,
  claims: () => ({
    sub: id,
    email: id.includes('@') ? id : `${id}@example.com`,
    email_verified: !id.startsWith('unverified'),
    name: id.split('@')[0],
  }),
})

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'gatehouse',
    client_secret: process.env.PROVIDER_CLIENT_SECRET,
    redirect_uris: redirects,
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: process.env.PROVIDER_LEAN === '1',
  cookies: { keys: [process.env.PROVIDER_CLIENT_SECRET] },
  pkce: { required: () => true },
  findAccount,
})

provider.on('server_error', (_context, error) => console.error(error.message))
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
process.stdin.on('end', () => process.exit(0)).resume()
