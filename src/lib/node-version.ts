// Imported before everything else: under an older Node the SQLite binding would crash without a word.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(`magpie: needs Node 24 or newer, this is ${process.version}; "npm start" brings its own`)
  process.exit(1)
}
