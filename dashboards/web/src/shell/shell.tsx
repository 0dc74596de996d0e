import { Link, Outlet } from '@tanstack/react-router';
import { Bell, Database, ListTree, TrendingUp } from 'lucide-react';
import { Health } from './health.tsx';
import { Logo } from './logo.tsx';
import { Settings } from './settings.tsx';
import styles from './shell.module.css';

const pages = [
  { to: '/traces', label: 'Traces', Icon: ListTree },
  { to: '/drift', label: 'Drift', Icon: TrendingUp },
  { to: '/alerts', label: 'Alerts', Icon: Bell },
  { to: '/sql', label: 'SQL', Icon: Database },
] as const;

/** What every page stands in: navigation, the state of the collector, and settings. */
export function Shell() {
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.header}>
        <Link to="/traces" className={styles.home} aria-label="Sextant, to the traces">
          <Logo />
          <span className={styles.name}>Sextant</span>
        </Link>
        <nav aria-label="Pages" className={styles.pages}>
          {pages.map(({ to, label, Icon }) => (
            <Link key={to} to={to} className={styles.page} activeProps={{ className: styles.active ?? '' }}>
              <Icon size={15} aria-hidden="true" />
              <span>{label}</span>
            </Link>
          ))}
        </nav>
        <Health />
        <Settings />
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
