import { useEffect, useRef, type ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  title: string;
  /** The title of the tab; the heading where absent. */
  tabTitle?: string;
  /** Beside the heading. */
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: one heading, which takes the focus when the page is come to, and what it is about. */
export function Page({ title, tabTitle = title, aside, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${tabTitle} · Provisioning`;
  }, [tabTitle]);
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement === null)
      heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={styles['page']}>
      <header className={styles['header']}>
        <div className="row">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {aside}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
