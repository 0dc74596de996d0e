/**
 * Every benchmark, one after the other, because they share the machine; one line for each figure. A number after a
 * name goes to that benchmark: the minutes of `sustained`, the gigabytes of `backlog`.
 */
const given = process.argv.slice(2);
const wanted = given.length > 0 ? given : ['acknowledge', 'ingest', 'sdk', 'drift/cost', 'normalise'];

for (const [index, name] of wanted.entries()) {
  if (isNumber(name)) continue;
  const { run } = (await import(`./${name}.ts`)) as { run(size?: number): Promise<string[]> };
  const next = wanted[index + 1];
  for (const line of await run(isNumber(next) ? Number(next) : undefined)) console.log(line);
}

function isNumber(argument: string | undefined): boolean {
  return argument !== undefined && Number.isFinite(Number(argument));
}
