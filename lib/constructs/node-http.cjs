// Importing node:http as a module reads each of its exports, and its WebSocket loads the whole of undici for that: more
// than half of a cold start's import. Taken this way, only what is used is read.
module.exports = process.getBuiltinModule('node:http');
