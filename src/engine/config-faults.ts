/** What is wrong with a config by the SAE and the data of now, beyond its schema. */

import type { Ids } from "../data/ids";
import type { ConfigFault } from "../protocol/config-check";
import { RecPrismError } from "../protocol/error";
import type { KeyPath, QuickFix } from "../protocol/manifest-edit";
import type { NeuronRow } from "../protocol/neurons";
import type { Audience, EffectRecord, ItemSelection, SteeringConfig, SteeringRule } from "../protocol/steering";
import { contradictionsIn, emptyPartsOf } from "../steering/config-contradictions";
import { otherSae } from "../steering/config-file";
import { closestIds } from "../steering/find-user";
import { itemRow } from "../steering/item-selection";
import { taggedItems } from "../steering/tagged-items";
import { ndcgLoss, steeredData } from "./config-effect";
import type { ConfigProject } from "./config-recipes";
import type { OpenSae } from "./open-sae";
import { rememberedRuns } from "./run-history";

/** Of ids in one list that name nobody, so many are told; of some the closest ids are looked for. */
const MOST_UNKNOWN = 20;
const MOST_COMPARED = 3;

/** What can be told of a config by itself. */
export function faultsWithin({ rules }: SteeringConfig): ConfigFault[] {
  return rules.flatMap((rule, index) => {
    const path = ["rules", index];
    return [
      ...[...contradictionsIn(rule), ...emptyPartsOf(rule)].map(({ path: inner, message, removable }) => {
        const at = [...path, ...inner];
        const fixes: QuickFix[] = removable ? [{ title: "Remove it", edits: [{ path: at, change: "remove" }] }] : [];
        return warning(at, message, fixes);
      }),
      ...brokenLimits(rule, path),
    ];
  });
}

/** What the recorded effect says of the limits beside it. */
function brokenLimits({ limits, effect }: SteeringRule, path: KeyPath): ConfigFault[] {
  if (limits === undefined || effect === undefined) return [];
  const faults: ConfigFault[] = [];
  const loss = ndcgLoss(effect);
  if (limits.ndcgLoss !== undefined && loss !== null && loss > limits.ndcgLoss) {
    faults.push(
      warning(
        [...path, "limits", "ndcgLoss"],
        `The recorded effect costs ${(100 * loss).toFixed(1)}% of NDCG@20, more than this limit allows: recprism check fails.`,
      ),
    );
  }
  if (limits.ndcgLoss !== undefined && effect.ndcg20 === null) {
    faults.push(
      warning(
        [...path, "limits", "ndcgLoss"],
        "NDCG@20 could not be measured, for there are no held-out interactions: recprism check fails on this limit.",
      ),
    );
  }
  if (limits.rbo !== undefined && effect.rbo < limits.rbo) {
    faults.push(
      warning(
        [...path, "limits", "rbo"],
        `The recorded overlap with the lists before is ${effect.rbo}, less than this limit asks for: recprism check fails.`,
      ),
    );
  }
  return faults;
}

/** What the project says of it. */
export async function faultsOnProject(project: ConfigProject, config: SteeringConfig): Promise<ConfigFault[]> {
  const faults = config.rules.flatMap((rule, index) => unknownData(project, rule, ["rules", index]));
  let sae: OpenSae;
  try {
    sae = project.sae;
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    return [fault("warning", ["sae"], thrown.reason, thrown.message), ...faults];
  }
  const { hash } = sae.artifact;
  const same = config.sae.hash === hash;
  if (!same) {
    const remedy = config.sae.directions === undefined ? null : "rematch";
    faults.unshift({
      ...fault("error", ["sae", "hash"], "artifact-stale", otherSae("This config", config, hash)),
      remedy,
    });
  }
  const made = same ? await madeAt(project, sae) : null;
  config.rules.forEach((rule, index) => {
    const path = ["rules", index];
    for (const named of neuronPlaces(rule, path)) faults.push(...neuronFaults(named, sae.rows, same));
    if (same && rule.effect !== undefined) faults.push(...effectFaults(project, rule.effect, made, path));
  });
  return faults;
}

// ---- neurons ------------------------------------------------------------------------------------------------------

interface NeuronPlace {
  /** Of what names it: an edit, a filter, an audience. */
  path: KeyPath;
  neuron: number;
  label: string | undefined;
}

function neuronPlaces({ audience, edits, items, filters }: SteeringRule, path: KeyPath): NeuronPlace[] {
  const listed = (list: readonly { neuron: number; label?: string }[], at: KeyPath) =>
    list.map(({ neuron, label }, index) => ({ path: [...at, index], neuron, label }));
  return [
    ...(audience.kind === "neuron"
      ? [{ path: [...path, "audience"], neuron: audience.neuron, label: audience.label }]
      : []),
    ...listed(edits, [...path, "edits"]),
    ...items.flatMap((entry, index) => listed(entry.edits, [...path, "items", index, "edits"])),
    ...listed(filters, [...path, "filters"]),
  ];
}

/** @param same whether the SAE is the one that the config was made on; numbers of another say nothing of names */
function neuronFaults({ path, neuron, label }: NeuronPlace, rows: readonly NeuronRow[], same: boolean): ConfigFault[] {
  const at = [...path, "neuron"];
  const others = label === undefined ? [] : rows.filter((other) => other.label === label && other.neuron !== neuron);
  const fixes: QuickFix[] = others.slice(0, 3).map((other) => ({
    title: `Use neuron ${other.neuron} (${other.label})`,
    edits: [{ path: at, change: "set", value: other.neuron }],
  }));
  const row = rows[neuron];
  if (row === undefined) {
    const message = `This SAE has no neuron ${neuron}; its neurons are 0 to ${rows.length - 1}.`;
    return [{ ...fault("error", at, "config-invalid", message), fixes }];
  }
  if (!same) return [];
  if (row.kind === "dead") {
    return [warning(at, `Neuron ${neuron} is dead: nothing activates it. Choose another.`, fixes)];
  }
  if (label === undefined || label === row.label) return [];
  return [
    warning([...path, "label"], `Neuron ${neuron} is called "${row.label}" now, not "${label}".`, [
      { title: `Set label to "${row.label}"`, edits: [{ path: [...path, "label"], change: "set", value: row.label }] },
      ...fixes,
    ]),
  ];
}

// ---- recorded effects ---------------------------------------------------------------------------------------------

function effectFaults(
  { dataset }: ConfigProject,
  { data, measured }: EffectRecord,
  made: number | null,
  path: KeyPath,
): ConfigFault[] {
  const at = [...path, "effect"];
  if (data !== steeredData(dataset)) {
    const message =
      "This effect was measured on other embeddings or interactions than there are now. Measure it again.";
    return [{ ...warning([...at, "data"], message), remedy: "measure" }];
  }
  const when = Date.parse(measured);
  if (Number.isNaN(when)) {
    return [{ ...warning([...at, "measured"], `"${measured}" is no date. Measure it again.`), remedy: "measure" }];
  }
  if (made === null || when >= made) return [];
  const message = `This effect was measured before the SAE was trained (${new Date(made).toISOString()}). Measure it again.`;
  return [{ ...warning([...at, "measured"], message), remedy: "measure" }];
}

const timesMade = new WeakMap<OpenSae, number | null>();

/** When the training of the SAE ended, in milliseconds since 1970; null where no run is remembered of it. */
async function madeAt({ dataset }: ConfigProject, sae: OpenSae): Promise<number | null> {
  let made = timesMade.get(sae);
  if (made === undefined) {
    const run = (await rememberedRuns(dataset.folder)).find((one) => one.sae === sae.artifact.hash);
    const ended = run === undefined ? Number.NaN : Date.parse(run.started) + 1000 * run.seconds;
    made = Number.isNaN(ended) ? null : ended;
    timesMade.set(sae, made);
  }
  return made;
}

// ---- users and items ----------------------------------------------------------------------------------------------

function unknownData({ dataset }: ConfigProject, { audience, items }: SteeringRule, path: KeyPath): ConfigFault[] {
  return [
    ...ofAudience(audience),
    ...items.flatMap((entry, index) => ofSelection(entry.items, [...path, "items", index, "items"])),
  ];

  function ofAudience(whom: Audience): ConfigFault[] {
    const at = [...path, "audience"];
    if (whom.kind === "users") return unknownIds(dataset.users.ids, whom.users, [...at, "users"], "user");
    if (whom.kind !== "history") return [];
    if (dataset.interactions === null) {
      return [
        fault(
          "error",
          [...at, "kind"],
          "config-invalid",
          "This project has no interactions, so no user has a history.",
        ),
      ];
    }
    return unknownTag(whom.column, whom.tag, at);
  }

  function ofSelection(which: ItemSelection, at: KeyPath): ConfigFault[] {
    if (which.kind === "tag") return unknownTag(which.column, which.tag, at);
    return unknownIds(dataset.items.ids, which.items, [...at, "items"], "item", (id) => {
      try {
        itemRow(dataset.items, id);
      } catch (thrown) {
        if (thrown instanceof RecPrismError) return thrown.message;
        throw thrown;
      }
      return null;
    });
  }

  function unknownTag(column: string, tag: string, at: KeyPath): ConfigFault[] {
    try {
      taggedItems(dataset.items, column, tag, "");
      return [];
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      const key = thrown.where.key === ".column" ? "column" : "tag";
      return [fault("error", [...at, key], thrown.reason, thrown.message)];
    }
  }
}

/** @param explained a better message than that there is none such, for what is rarely asked */
function unknownIds(
  ids: Ids,
  wanted: readonly string[],
  path: KeyPath,
  what: "user" | "item",
  explained: (id: string) => string | null = () => null,
): ConfigFault[] {
  const unknown = [...wanted.entries()].filter(([, id]) => ids.rowOf(id) === undefined);
  return unknown.slice(0, MOST_UNKNOWN).map(([index, id], order) => {
    const at = [...path, index];
    const close = order < MOST_COMPARED ? closestIds(ids, id, MOST_COMPARED) : [];
    const fixes: QuickFix[] = close.map((other) => ({
      title: `Use ${what} "${other}"`,
      edits: [{ path: at, change: "set", value: other }],
    }));
    fixes.push({ title: "Remove it", edits: [{ path: at, change: "remove" }] });
    const message =
      (order < MOST_COMPARED ? explained(id) : null) ??
      `There is no ${what} "${id}" among ${ids.length.toLocaleString("en")}.`;
    return { ...fault("error", at, "id-unknown", message), fixes };
  });
}

// ---- faults -------------------------------------------------------------------------------------------------------

function fault(
  severity: ConfigFault["severity"],
  path: KeyPath,
  reason: ConfigFault["reason"],
  message: string,
): ConfigFault {
  return { path, at: "value", severity, reason, message, fixes: [], remedy: null };
}

function warning(path: KeyPath, message: string, fixes: QuickFix[] = []): ConfigFault {
  return { ...fault("warning", path, "config-invalid", message), fixes };
}
