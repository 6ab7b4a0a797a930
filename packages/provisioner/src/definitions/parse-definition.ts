import { compileSchema } from '../settings/compile-schema.js';
import { meaningFaults } from './meaning-faults.js';
import { parseTomlFile } from './parse-toml-file.js';
import { ClusterSchema, TaskservSchema, type ClusterFile, type TaskservFile } from './schema.js';

const taskservCheck = compileSchema(TaskservSchema);
const clusterCheck = compileSchema(ClusterSchema);

/** @param file the name of the file in messages @throws DefinitionError with every fault found */
export function parseTaskserv(text: string, file: string, folder: string): TaskservFile {
  return parseTomlFile(text, file, taskservCheck, (written) => meaningFaults(written, folder));
}

/** @param file the name of the file in messages @throws DefinitionError with every fault found */
export function parseCluster(text: string, file: string, folder: string): ClusterFile {
  return parseTomlFile(text, file, clusterCheck, (written) => meaningFaults(written, folder));
}
