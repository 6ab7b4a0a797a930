import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { usePreferences } from '../ui/preferences.js';
import { HelpDialog } from './help-dialog.js';
import { useKeys } from './keyboard.js';
import { useEntries } from './navigation.js';
import { Palette } from './palette.js';

/** What the keyboard opens on every page. */
export function Shortcuts() {
  const { singleKeys } = usePreferences();
  const entries = useEntries();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'palette' | 'help'>();
  const close = (isOpen: boolean) => {
    if (!isOpen) setOpen(undefined);
  };
  useKeys({
    singleKeys,
    palette: () => setOpen('palette'),
    help: () => setOpen('help'),
    go: (letter) => {
      const entry = entries.find(({ key }) => key === letter);
      if (entry) void navigate({ to: entry.to, search: {} });
      return entry !== undefined;
    },
  });
  return (
    <>
      <Palette open={open === 'palette'} onOpenChange={close} />
      <HelpDialog open={open === 'help'} onOpenChange={close} />
    </>
  );
}
