// What configuration says of the drivers, apart from the rest: a process that only reads it does not load settings and drivers.
export { CATALOG } from './drivers/catalog.js';
export { DRIVER_VARIABLES, missingFor } from './drivers/plugin.js';
