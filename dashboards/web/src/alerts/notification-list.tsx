import type { AlertNotification } from '../api/client.ts';
import { formatCount } from '../format/number.ts';
import { reveal } from '../format/text.ts';
import { Tag } from '../ui/tag.tsx';
import { Timestamp } from '../ui/timestamp.tsx';
import styles from './notification-list.module.css';

const tones = { pending: 'warn', delivered: 'good', dead: 'danger' } as const;
const words = { pending: 'Pending', delivered: 'Delivered', dead: 'Given up' } as const;

/** Whether those who should know were told. */
export function NotificationList({ notifications }: { notifications: readonly AlertNotification[] }) {
  if (notifications.length === 0)
    return <p className={styles.none}>No channel is configured: nobody was told.</p>;
  return (
    <ul className={styles.list} aria-label="Notifications">
      {notifications.map((notification) => (
        <li key={notification.sequence}>
          <Tag tone={tones[notification.state]}>{words[notification.state]}</Tag>
          <span>
            {reveal(notification.channel)}, {reveal(notification.type)}
          </span>
          <span className={styles.detail}>{attemptsOf(notification)}</span>
          {notification.next_attempt !== null && (
            <span className={styles.detail}>
              next <Timestamp time={notification.next_attempt} />
            </span>
          )}
          {notification.last_error !== null && (
            <code className={styles.error}>{reveal(notification.last_error)}</code>
          )}
        </li>
      ))}
    </ul>
  );
}

function attemptsOf({ attempts }: AlertNotification): string {
  return attempts === 1 ? '1 attempt' : `${formatCount(attempts)} attempts`;
}
