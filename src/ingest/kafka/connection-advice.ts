/** What a broker's or socket's words mean, and what to set; the first that fits counts. */
const ADVICE: readonly (readonly [seen: RegExp, wayOut: string])[] = [
  [
    /unable to verify|self.signed certificate|unable to get (local )?issuer/i,
    'the broker’s certificate is signed by nobody who is trusted here: name its authority in tls.ca_file',
  ],
  [
    /does not match certificate|altnames/i,
    'connect by a name that the broker’s certificate has, or set tls.server_name to one',
  ],
  [/certificate has expired|not yet valid/i, 'renew the broker’s certificate, or set the clock right'],
  [
    /alert (bad certificate|certificate required|handshake failure)|alert number (42|116|40)\b/i,
    'the broker asks for a client certificate that it trusts: set tls.cert_file and tls.key_file',
  ],
  [
    /before secure TLS connection|wrong version number|packet length too long/i,
    'that port speaks without TLS: name the TLS port in brokers, or remove tls',
  ],
  [
    /does not support the requested SASL mechanism|mechanism is not supported by the server/i,
    'choose another sasl.mechanism, one that this port has',
  ],
  [
    /not valid given the current SASL state/i,
    'that port asks for no log-in: name the right port in brokers, or remove sasl',
  ],
  [/OAUTHBEARER authentication failed/i, 'the broker refuses the token: write a new one to sasl.token_file'],
  [
    /authentication failed|Invalid username or password/i,
    'the broker refuses the log-in: correct sasl.username and its password',
  ],
  [
    /^Closed connection$/,
    'the broker hangs up: that port may ask for tls or sasl, or its certificate or token is not accepted',
  ],
  [
    /^No brokers in the broker pool$/,
    'no broker lets us in: if a token is used, it may be expired or not accepted; write a new one to sasl.token_file',
  ],
];

/** The message with a way out where it is one of those that say nothing of the configuration. */
export const withAdvice = (message: string): string => {
  const line = message.trim().replace(/\s+/g, ' ');
  const wayOut = ADVICE.find(([seen]) => seen.test(line))?.[1];
  return wayOut === undefined ? line : `${line} (${wayOut})`;
};
