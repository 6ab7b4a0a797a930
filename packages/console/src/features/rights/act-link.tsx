import { Link, type LinkProps } from '@tanstack/react-router';
import type { Action } from '@provisioning/contracts';
import type { ReactNode } from 'react';
import { useDenials, type ResourceType } from '../../api/rights.js';
import { ActButton } from '../../ui/act-button.js';

interface ActLinkProps {
  to: LinkProps['to'];
  action: Action;
  type: ResourceType;
  children: ReactNode;
}

/** A link to a page that creates something; a disabled button with the reason where the user may not. */
export function ActLink({ to, action, type, children }: ActLinkProps) {
  const denied = useDenials()(action, type);
  if (denied !== undefined) return <ActButton denied={denied}>{children}</ActButton>;
  return (
    <Link to={to} className="button primary">
      {children}
    </Link>
  );
}
