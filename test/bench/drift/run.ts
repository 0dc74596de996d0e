import { parseArgs } from 'node:util';
import { ceiling } from './ceiling.ts';
import { topClusters } from './clusters.ts';
import { run as cost } from './cost.ts';
import { falseAlarms } from './false-alarms.ts';
import { fixedReference } from './fixed-reference.ts';
import { online } from './online.ts';
import { peers } from './peers.ts';
import { population_names } from './populations.ts';
import { power } from './power.ts';
import { seasonal } from './seasonal.ts';
import { skew } from './skew.ts';
import { slices } from './slices.ts';
import { smallFits } from './small-fits.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    windows: { type: 'string', default: '10000' },
    // Of `power`, `ceiling` and `online`.
    population: { type: 'string', multiple: true, default: population_names },
    // Of `power`, `ceiling`, `seasonal` and `slices`: the same seed gives the first two the same windows.
    seed: { type: 'string', default: '8' },
  },
});
const windows = Number(values.windows);
const names = values.population.map((name) => {
  const known = population_names.find((population) => population === name);
  if (known === undefined) throw new Error(`There is no population ${name}: ${population_names.join(', ')}.`);
  return known;
});
const seed = Number(values.seed);

/** One entry for each group of figures; a new group is a file in this folder and a line here. */
const groups: Readonly<Record<string, () => Iterable<string> | Promise<Iterable<string>>>> = {
  power: () => power({ names, seed, windows: Math.ceil(windows / 25) }),
  ceiling: () => ceiling({ names, seed, windows: Math.ceil(windows / 100) }),
  'false-alarms': () => falseAlarms(windows),
  'small-fits': () => smallFits(windows / 5),
  slices: () => slices({ seed, windows: Math.ceil(windows / 5) }),
  seasonal: () => seasonal({ seed, windows: Math.ceil(windows / 5) }),
  'fixed-reference': () => fixedReference(windows),
  online: () => online({ names, streams: Math.ceil(windows / 50), null_windows: windows / 5 }),
  clusters: () => topClusters(Math.ceil(windows / 25)),
  skew: () => skew(Math.ceil(windows / 5)),
  cost,
  peers: () => peers(Math.ceil(windows / 25)),
};

for (const name of positionals.length > 0 ? positionals : Object.keys(groups)) {
  const group = groups[name];
  if (group === undefined) throw new Error(`There is no group ${name}: ${Object.keys(groups).join(', ')}.`);
  for (const line of await group()) console.log(line);
}
