import { Ajv2020 } from 'ajv/dist/2020.js';
import { meaningFaults } from './meaning-faults.js';
import { parseTomlFile } from './parse-toml-file.js';
import { ClusterSchema, TaskservSchema, type ClusterFile, type TaskservFile } from './schema.js';

const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true });
ajv.addKeyword('hint');
const isTaskserv = ajv.compile<TaskservFile>(TaskservSchema);
const isCluster = ajv.compile<ClusterFile>(ClusterSchema);

/** @param file the name of the file in messages @throws DefinitionError with every fault found */
export function parseTaskserv(text: string, file: string, folder: string): TaskservFile {
  return parseTomlFile(text, file, isTaskserv, (written) => meaningFaults(written, folder));
}

/** @param file the name of the file in messages @throws DefinitionError with every fault found */
export function parseCluster(text: string, file: string, folder: string): ClusterFile {
  return parseTomlFile(text, file, isCluster, (written) => meaningFaults(written, folder));
}
