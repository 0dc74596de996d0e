import type { Channel, Notification } from '../../collector/src/alerts/channels/channel.ts';
import { createHttpClient, type HttpClient, type Post } from '../../collector/src/alerts/http.ts';

/** For channels whose receiver is this machine. */
export const local_http = createHttpClient({ allow: '127.0.0.1' });

/** What a channel posts for one notification after another, to a receiver that takes everything. */
export async function postsOf(
  create: (http: HttpClient) => Channel | Promise<Channel>,
  notifications: readonly Notification[],
): Promise<readonly Post[]> {
  const posts: Post[] = [];
  const post: HttpClient['post'] = async (message) => {
    posts.push(message);
    return { result: 'ok', status: 200 };
  };
  const channel = await create({ ...createHttpClient({ allow: '' }), post });
  for (const notification of notifications) await channel.send(notification, { timeout_ms: 1000 });
  return posts;
}
