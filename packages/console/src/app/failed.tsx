import type { ErrorComponentProps } from '@tanstack/react-router';
import { ErrorNotice } from '../ui/notices.js';
import { Page } from '../ui/page.js';

/** In the place of a page that broke, or could not be loaded. */
export function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <main>
      <Page title="This page could not be shown">
        <ErrorNotice error={error} retry={reset} />
      </Page>
    </main>
  );
}
