export type { SettingsDocument } from './document.js';
export { isInside } from './is-inside.js';
export { checkInfra, checkName } from './locate-settings.js';
export { listInfras, listSettings, type ListedSettings } from './list-settings.js';
export { readDocument, type ReadSettingsOptions } from './read-document.js';
export { checkSettings, parseSettings, readSettings, readSettingsAndFiles } from './read-settings.js';
export { SettingsSchema, type ServiceSettings, type SettingsFile } from './schema.js';
export { describeFault, SettingsError, type Fault } from './settings-error.js';
export type { DesiredServer, Settings } from './settings.js';
