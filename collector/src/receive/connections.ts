import type { Server, Socket } from 'node:net';

/** How many connections the listeners hold open. */
export interface Connections {
  /** Counts the connections of a listener, and closes at once those beyond the limit. */
  watch(listener: Server): void;
  open(): number;
}

export interface ConnectionOptions {
  /** Of each listener. */
  readonly connections_max: number;
  onDropped(): void;
}

export function createConnections({ connections_max, onDropped }: ConnectionOptions): Connections {
  let open = 0;
  return {
    watch(listener) {
      listener.maxConnections = connections_max;
      listener.on('drop', onDropped);
      listener.on('connection', (socket: Socket) => {
        open += 1;
        socket.once('close', () => {
          open -= 1;
        });
      });
    },
    open: () => open,
  };
}
