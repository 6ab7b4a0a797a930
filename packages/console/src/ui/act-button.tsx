import type { ComponentProps } from 'react';

/** A button that is disabled where the user may not do what it does; the tooltip says why. */
export function ActButton({
  denied,
  disabled,
  title,
  ...button
}: ComponentProps<'button'> & { denied: string | undefined }) {
  return (
    <button
      type="button"
      {...button}
      disabled={disabled === true || denied !== undefined}
      title={denied ?? title}
    />
  );
}
