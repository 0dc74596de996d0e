import type { Agent } from 'node:http';
import { BlockList, isIP } from 'node:net';
import {
  type RequestFilteringAgentOptions,
  RequestFilteringHttpAgent,
  RequestFilteringHttpsAgent,
} from 'request-filtering-agent';
import { SextantError } from '../errors.ts';
import { within } from './within.ts';

/** Ports of services that are meant to be called from outside. */
const OPEN_PORTS = [443, 8443];
const LOOKUP_MS = 5_000;
/** Where clouds hand out credentials: not even a listed name may lead there, only the listed address itself. */
const METADATA_ADDRESSES = ['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', '100.100.100.200'];

/** Why an address is not sent to: neither https nor listed, an unusual port, or not a public address. */
export type BlockReason = 'scheme' | 'port' | 'address';

/**
 * Where alerts may go. Whoever can set the address of a channel could otherwise make the collector speak to what
 * only the collector reaches: other services of the machine, of the cluster, of the cloud.
 *
 * - Public addresses, over https, at port 443 or 8443.
 * - Beside them what the operator lists: an IP address or a name, with or without a port.
 * - And the one address that the operator's own environment gives: who sets it could list it as well.
 *
 * What a name stands for is judged at the moment of connecting: a name that leads elsewhere after it was saved
 * gets no further.
 */
export interface Destinations {
  /**
   * Judges what can be seen from the text: scheme and port.
   * @throws SextantError bad_request, destination_blocked
   */
  read(text: unknown): URL;
  /**
   * Judges the addresses as well, and connects to none of them. A name that has no address now passes: it is
   * judged again whenever something is sent.
   * @throws SextantError bad_request, destination_blocked
   */
  check(text: unknown): Promise<URL>;
  /** For one request. Its connection fails with an error that `blockedError` knows. */
  agent(url: URL): Agent;
  /** The error for the user where the agent refused to connect, else null. */
  blockedError(error: unknown, url: URL): SextantError | null;
  /** How often an address was refused since the process started. */
  counts(): Readonly<Record<BlockReason, number>>;
}

export interface DestinationOptions {
  readonly allow: string;
  /** An address that counts as listed, unless it is one where clouds hand out credentials; or null. */
  readonly trusted?: string | null;
}

/**
 * @param allow entries such as "10.0.0.5", "[fd00::5]:9093" or "alertmanager.internal:9093", separated by commas
 * @throws SextantError bad_request for an entry that is none
 */
export function createDestinations({ allow, trusted = null }: DestinationOptions): Destinations {
  const listed = allow
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(readEntry);
  const entries = [...listed, ...trustedEntry(trusted)];
  const counted = { scheme: 0, port: 0, address: 0 };

  function read(text: unknown): URL {
    const url = typeof text === 'string' ? URL.parse(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new SextantError('bad_request', 'The address of a channel must begin with http:// or https://.');
    }
    if (isListed(url)) return url;
    if (url.protocol !== 'https:') throw blocked('scheme', url);
    if (!OPEN_PORTS.includes(portOf(url))) throw blocked('port', url);
    return url;
  }

  async function check(text: unknown): Promise<URL> {
    const url = read(text);
    const error = await within(LOOKUP_MS, dial(url, filterOf(url)), null);
    const refused = blockedError(error, url);
    if (refused !== null) throw refused;
    return url;
  }

  function isListed(url: URL): boolean {
    return entriesAt(portOf(url)).some(({ host }) => host === hostOf(url));
  }

  function entriesAt(port: number): Entry[] {
    return entries.filter((entry) => entry.port === null || entry.port === port);
  }

  function filterOf(url: URL): RequestFilteringAgentOptions {
    const allowIPAddressList = entriesAt(portOf(url))
      .map(({ host }) => host)
      .filter(isIP);
    const is_trusted_name = isListed(url) && !isIP(hostOf(url));
    if (!is_trusted_name) return { allowIPAddressList };
    return { allowIPAddressList, allowPrivateIPAddress: true, denyIPAddressList: METADATA_ADDRESSES };
  }

  function agent(url: URL): Agent {
    // Alerts are rare: a fresh connection each time is never one that the other side has closed meanwhile.
    const options = { ...filterOf(url), keepAlive: false };
    return url.protocol === 'https:'
      ? new RequestFilteringHttpsAgent(options)
      : new RequestFilteringHttpAgent(options);
  }

  function blockedError(error: unknown, url: URL): SextantError | null {
    const is_refusal = error instanceof Error && / is not allowed\. Because,? It is /.test(error.message);
    return is_refusal ? blocked('address', url) : null;
  }

  function blocked(reason: BlockReason, url: URL): SextantError {
    counted[reason]++;
    const where = `${hostOf(url)}:${portOf(url)}`;
    return new SextantError(
      'destination_blocked',
      `${why[reason]} The operator may list "${where}" in SEXTANT_ALERT_ALLOW.`,
    );
  }

  return { read, check, agent, blockedError, counts: () => ({ ...counted }) };
}

const why: Readonly<Record<BlockReason, string>> = {
  scheme: 'Only https is allowed.',
  port: `Only ports ${OPEN_PORTS.join(' and ')} are allowed.`,
  address: 'It is, or its name stands for, an address that is not public.',
};

/** Goes as far as a connection would, and is stopped there. Resolves with the error that stopped it. */
function dial(url: URL, filter: RequestFilteringAgentOptions): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const everything = new BlockList();
  everything.addSubnet('0.0.0.0', 0, 'ipv4');
  everything.addSubnet('::', 0, 'ipv6');
  new RequestFilteringHttpAgent(filter)
    .createConnection({ host: hostOf(url), port: portOf(url), blockList: everything })
    ?.on('error', resolve);
  return promise;
}

interface Entry {
  readonly host: string;
  /** Null for every port. */
  readonly port: number | null;
}

function readEntry(text: string): Entry {
  const url = URL.parse(`http://${isIP(text) === 6 ? `[${text}]` : text}`);
  if (url === null || /[/?#@]/.test(text)) {
    throw new SextantError(
      'bad_request',
      `SEXTANT_ALERT_ALLOW takes IP addresses and host names, each with or without a port, not "${text}".`,
    );
  }
  const has_port = isIP(text) !== 6 && /:\d+$/.test(text);
  return { host: hostOf(url), port: has_port ? portOf(url) : null };
}

function trustedEntry(address: string | null): Entry[] {
  const url = address === null ? null : URL.parse(address);
  if (url === null || METADATA_ADDRESSES.includes(hostOf(url))) return [];
  return [{ host: hostOf(url), port: portOf(url) }];
}

/** A URL writes addresses in one way, whatever way they were given in: 2130706433 is 127.0.0.1. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
