/** Every benchmark, one after the other, because they share the machine; one line for each figure. */
const names =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['acknowledge', 'ingest', 'sdk', 'drift/cost', 'normalise'];

for (const name of names) {
  const { run } = (await import(`./${name}.ts`)) as { run(): Promise<string[]> };
  for (const line of await run()) console.log(line);
}
