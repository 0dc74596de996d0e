import { createHttpClient } from '../../collector/src/alerts/http.ts';

/** For channels whose receiver is this machine. */
export const local_http = createHttpClient({ allow: '127.0.0.1' });
