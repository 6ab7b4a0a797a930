import type { ReactElement, ReactNode } from 'react';
import { useDenials, type Right } from '../../api/rights.js';
import { ActButton } from '../../ui/act-button.js';

interface ActLinkProps {
  /** What the user does on the page that the link leads to. */
  right: Right;
  /** The link, which looks like a button. */
  children: ReactElement<{ className: string; children?: ReactNode }>;
}

/** A link to a page where something is done; a disabled button with the reason where the user may not do it. */
export function ActLink({ right, children: link }: ActLinkProps) {
  const denied = useDenials()(...right);
  if (denied === undefined) return link;
  const { className, children } = link.props;
  return (
    <ActButton className={className} denied={denied}>
      {children}
    </ActButton>
  );
}
