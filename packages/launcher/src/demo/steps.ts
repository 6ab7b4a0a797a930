/** One workflow of the sample. */
export interface Step {
  title: string;
  body: { infra: string; settings: string; check_mode: boolean; wait: boolean };
}

const workflow = (infra: string, settings: string, check_mode = false): Step['body'] => ({
  infra,
  settings,
  check_mode,
  wait: true,
});

export const STEPS: Step[] = [
  { title: 'production: plan only', body: workflow('production', 'config.ncl', true) },
  { title: 'production: create servers', body: workflow('production', 'config.ncl') },
  { title: 'staging: create servers', body: workflow('staging', 'settings.yaml') },
  { title: 'production: again, nothing left to do', body: workflow('production', 'config.ncl') },
];
