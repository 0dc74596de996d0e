/** Runs steps of a scenario, says so, and lives until it is killed. Arguments: its settings and its steps, as JSON. */
import { openScenario, type ScenarioSettings, type Step } from './scenario.ts';

const [settings, steps] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown);
await openScenario(settings as ScenarioSettings).run(steps as Step[]);
process.send?.('done');
// Nothing else is open that would keep it alive.
setInterval(() => {}, 60_000);
