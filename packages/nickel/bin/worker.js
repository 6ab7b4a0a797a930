// The script of the worker thread: the same file for the sources, which tests run, and for what is built of them.
import '../dist/worker.js';
