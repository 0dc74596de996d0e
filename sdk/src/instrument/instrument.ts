import { Call } from '../call.ts';
import { guard, warnOnce } from '../guard.ts';
import { observe } from '../observe.ts';
import type { Provider, TracedMethod } from './provider.ts';
import { providers } from './providers.ts';

export interface InstrumentOptions {
  /** Who serves the models, where the address of the client does not say it: groq, mistral_ai, aws.bedrock and so on. */
  readonly provider?: string;
}

/**
 * Gives back the client of a provider, same type, with its calls traced. The client itself stays as it was. A client
 * of an unknown kind is given back as it is, with a warning.
 */
export function instrument<Client extends object>(client: Client, options: InstrumentOptions = {}): Client {
  const provider = guard(undefined, () => providers.find((candidate) => candidate.matches(client)));
  if (provider === undefined) {
    warnOnce(
      'SEXTANT_UNKNOWN_CLIENT',
      'instrument() does not know this client, so its calls are not traced.',
    );
    return client;
  }
  return new ClientProxy(client, provider, options).root as Client;
}

type Method = (...args: unknown[]) => unknown;

/** Proxies for the client and for those of its parts on the way to a traced method. */
class ClientProxy {
  readonly root: object;
  readonly #client: object;
  readonly #provider: Provider;
  readonly #options: InstrumentOptions;

  constructor(client: object, provider: Provider, options: InstrumentOptions) {
    this.#client = client;
    this.#provider = provider;
    this.#options = options;
    this.root = this.#part(client, '');
  }

  #part(target: object, path: string): object {
    const members = new Map<PropertyKey, { readonly original: unknown; readonly member: unknown }>();
    const proxy: object = new Proxy(target, {
      get: (_target, name) => {
        // Read from the target itself: getters may use private fields, which a proxy does not have.
        const original: unknown = Reflect.get(target, name, target);
        const known = members.get(name);
        if (known?.original === original && known !== undefined) return known.member;
        const member = guard(original, () => this.#member({ target, proxy, path, name, original }));
        members.set(name, { original, member });
        return member;
      },
    });
    return proxy;
  }

  #member({ target, proxy, path, name, original }: Member): unknown {
    if (typeof name === 'symbol' || name === 'constructor') return original;
    if (this.#provider.backReferences.includes(name)) return this.root;
    const memberPath = path === '' ? name : `${path}.${name}`;
    const traced = this.#provider.methods[memberPath];
    if (typeof original === 'function') {
      const method = original as Method;
      if (traced !== undefined) return this.#traced(target, method, traced);
      if (path === '' && this.#provider.clones.includes(name)) return this.#cloning(target, method);
      // The client itself has private fields; its parts find the traced client through the proxy.
      return method.bind(path === '' ? target : proxy);
    }
    const leadsOn = Object.keys(this.#provider.methods).some((method) => method.startsWith(`${memberPath}.`));
    return leadsOn && typeof original === 'object' && original !== null
      ? this.#part(original, memberPath)
      : original;
  }

  #traced(target: object, method: Method, traced: TracedMethod): Method {
    return (...args) => {
      const request = { client: this.#client, args, provider: this.#options.provider };
      const run = () => Reflect.apply(method, target, args);
      const call = guard(undefined, () => new Call(traced.describe(request)));
      return call === undefined ? run() : observe(call, run, traced);
    };
  }

  #cloning(target: object, method: Method): Method {
    return (...args) => instrument(Reflect.apply(method, target, args) as object, this.#options);
  }
}

interface Member {
  readonly target: object;
  readonly proxy: object;
  readonly path: string;
  readonly name: string | symbol;
  readonly original: unknown;
}
