import { Check, Select } from '../../ui/field.js';
import { prefer, usePreferences, type Preferences } from '../../ui/preferences.js';
import panel from '../../ui/panel.module.css';

/** How this browser shows the console. Each choice counts at once. */
export function PreferencesForm() {
  const { theme, density, zone, singleKeys } = usePreferences();
  return (
    <div className={panel['form']}>
      <p className="muted">They are kept in this browser only.</p>
      <Select
        label="Theme"
        value={theme}
        // Safe cast: the options of the field are these values.
        onChange={({ target }) => prefer({ theme: target.value as Preferences['theme'] })}
      >
        <option value="system">As the system</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </Select>
      <Select
        label="Density"
        value={density}
        // Safe cast: the options of the field are these values.
        onChange={({ target }) => prefer({ density: target.value as Preferences['density'] })}
      >
        <option value="compact">Compact</option>
        <option value="comfortable">Comfortable</option>
      </Select>
      <Select
        label="Time zone"
        value={zone}
        // Safe cast: the options of the field are these values.
        onChange={({ target }) => prefer({ zone: target.value as Preferences['zone'] })}
      >
        <option value="local">Of this browser</option>
        <option value="utc">UTC</option>
      </Select>
      <Check
        label="Single keys such as ?, / and j do something"
        checked={singleKeys}
        onChange={(checked) => prefer({ singleKeys: checked })}
      />
    </div>
  );
}
