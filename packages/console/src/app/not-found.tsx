import { Link } from '@tanstack/react-router';
import { Page } from '../ui/page.js';

export function NotFound() {
  return (
    <main>
      <Page title="Nothing here">
        <p>
          There is no page at this address. <Link to="/">Home</Link>
        </p>
      </Page>
    </main>
  );
}
