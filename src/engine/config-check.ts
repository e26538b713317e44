/** Configs replayed: do their recorded effects, their neurons and their limits still hold? */
import { shownLabel } from "../concepts/shown-label";
import { row } from "../data/matrix";
import type { CheckedConfig, ConfigCheck, Rematch, RuleEffect } from "../protocol/config-check";
import type { Effect } from "../protocol/effect";
import { RecPrismError } from "../protocol/error";
import {
  type BeforeAndAfter,
  DEFAULT_TOLERANCE,
  type EffectRecord,
  type SteeringConfig,
  type SteeringRule,
} from "../protocol/steering";
import { shortHash } from "../steering/config-file";
import { neuronsOf } from "../steering/config-neurons";
import { directionCosine, readDirection } from "../steering/direction";
import { LEAST_CARRYING_COSINE } from "./carried-words";
import { counted, figure, ruleEffect, sameFigures, USUAL_K } from "./config-effect";
import { type ConfigProject, measuredRule, recorded, type Watched } from "./config-recipes";
import { rematchedConfig } from "./config-rematch";
import { signedPercent } from "./figures";
import { partOf } from "./pace";

/** Figures are recorded with four decimals. */
const ROUNDING = 5e-5;

/**
 * Of a config that was made on another SAE, the neurons that are now what its own were are measured; where they cannot
 * be found, nothing is, and `updated` is the config as it was.
 */
export async function checkedConfig(
  project: ConfigProject,
  config: SteeringConfig,
  watched: Watched,
): Promise<CheckedConfig> {
  const { hash } = project.sae.artifact;
  const same = config.sae.hash === hash;
  const checks: ConfigCheck[] = [
    { rule: "", what: "SAE", expected: shortHash(config.sae.hash), found: shortHash(hash), ok: same },
  ];
  const found = same ? { config, matches: null } : await foundAgain(project, config);
  checks.push(...neuronChecks(project, config, found.matches));
  const ofNow = found.config !== null && everyNeuronExists(project, found.config) ? found.config : null;
  if (ofNow === null) return { ok: false, checks, updated: config };

  const current = recorded(project, ofNow);
  const rules: SteeringRule[] = [];
  for (const [index, rule] of current.rules.entries()) {
    const before = config.rules[index].effect;
    const pace = partOf(watched.pace, index / current.rules.length, (index + 1) / current.rules.length);
    const { effect, record } = await measuredRule(project, rule, current.mode, before?.k ?? USUAL_K, {
      ...watched,
      pace,
    });
    checks.push(...ruleChecks(rule, before, record, effect));
    // The same figures need no other date: a file that holds stays as it is.
    rules.push({ ...rule, effect: before !== undefined && sameFigures(before, record) ? before : record });
  }
  return { ok: checks.every(({ ok }) => ok), checks, updated: { ...current, rules } };
}

/** Figures of each rule alone. */
export async function effectsOfRules(
  project: ConfigProject,
  config: SteeringConfig,
  k: number,
  watched: Watched,
): Promise<RuleEffect[]> {
  const effects: RuleEffect[] = [];
  for (const [index, rule] of config.rules.entries()) {
    const pace = partOf(watched.pace, index / config.rules.length, (index + 1) / config.rules.length);
    const { effect } = await measuredRule(project, rule, config.mode, k, { ...watched, pace });
    effects.push(ruleEffect(rule, effect));
  }
  return effects;
}

/** Neurons of another SAE in this one; null for those that cannot be found. */
async function foundAgain(
  project: ConfigProject,
  config: SteeringConfig,
): Promise<{ config: SteeringConfig | null; matches: Rematch[] }> {
  try {
    return await rematchedConfig(project, config);
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError) || thrown.reason !== "not-found") throw thrown;
    return {
      config: null,
      matches: neuronsOf(config.rules).map(({ neuron, label }) => ({ neuron, label, now: null })),
    };
  }
}

function everyNeuronExists({ sae }: ConfigProject, { rules }: SteeringConfig): boolean {
  return neuronsOf(rules).every(({ neuron }) => neuron < sae.artifact.sae.decoderWeights.rows);
}

/** Whether each neuron means what it meant. @param matches null where the SAE is the one that the config was made on */
function neuronChecks(
  { sae }: ConfigProject,
  { sae: { directions }, rules }: SteeringConfig,
  matches: Rematch[] | null,
): ConfigCheck[] {
  const { decoderWeights } = sae.artifact.sae;
  return neuronsOf(rules).map(({ neuron, label }) => {
    const check = { rule: "", what: `neuron ${neuron}`, expected: label ?? "as it was" };
    if (matches !== null) {
      const now = matches.find((match) => match.neuron === neuron)?.now ?? null;
      if (now === null) return { ...check, found: "nothing like it in this SAE", ok: false };
      const ok = now.neuron === neuron && (label === undefined || label === now.label);
      return { ...check, found: `neuron ${now.neuron}, ${now.label} (cosine ${figure(now.cosine)})`, ok };
    }
    if (neuron >= decoderWeights.rows) return { ...check, found: "no such neuron", ok: false };
    const { label: name } = shownLabel(sae.artifact.labels.neurons[neuron]);
    const kept = directions?.[String(neuron)];
    const direction = kept === undefined ? null : readDirection(kept);
    const cosine = direction === null ? null : directionCosine(direction, row(decoderWeights, neuron));
    return {
      ...check,
      found: name + (cosine === null ? "" : ` (cosine ${figure(cosine)})`),
      ok: (label === undefined || label === name) && (cosine === null || cosine >= LEAST_CARRYING_COSINE),
    };
  });
}

function ruleChecks(
  { name, limits }: SteeringRule,
  before: EffectRecord | undefined,
  now: EffectRecord,
  effect: Effect,
): ConfigCheck[] {
  const tolerance = limits?.tolerance ?? DEFAULT_TOLERANCE;
  const check = (what: string, expected: string, found: string, ok: boolean): ConfigCheck => ({
    rule: name,
    what,
    expected,
    found,
    ok,
  });
  const near = (a: number, b: number) => Math.abs(a - b) <= tolerance + ROUNDING;
  const pair = (
    what: string,
    was: BeforeAndAfter | null | undefined,
    is: BeforeAndAfter | null | undefined,
    digits = 2,
  ) =>
    check(
      what,
      shown(was, digits),
      shown(is, digits),
      was == null || is == null
        ? (was ?? null) === (is ?? null)
        : near(was.before, is.before) && near(was.after, is.after),
    );
  const checks: ConfigCheck[] = [];
  if (before === undefined) {
    checks.push(check("effect", "not recorded", "--update records it", true));
    checks.push(check("audience", "somebody", counted(now.users, "user"), now.users > 0));
  } else {
    checks.push(
      check(
        "audience",
        counted(before.users, "user"),
        counted(now.users, "user"),
        now.users > 0 && Math.abs(now.users - before.users) <= tolerance * before.users,
      ),
    );
    for (const was of before.concepts) {
      const is = now.concepts.find(({ concept }) => concept === was.concept);
      checks.push(pair(`share of ${was.label}`, was, is));
    }
    checks.push(
      check("RBO", figure(before.rbo), figure(now.rbo), near(before.rbo, now.rbo)),
      pair("NDCG@20", before.ndcg20, now.ndcg20, 3),
      pair("coverage", before.coverage, now.coverage),
    );
    before.exposure?.forEach((was, index) => {
      checks.push(pair(`users shown items ${index + 1}`, was, now.exposure?.[index]));
    });
  }
  if (limits?.ndcgLoss !== undefined) {
    const loss = lossOf(effect);
    checks.push(
      check(
        "NDCG@20 loss",
        `at most ${percentOf(limits.ndcgLoss)}`,
        loss === null ? "not to be measured: no held-out interactions" : lossText(loss),
        loss !== null && loss <= limits.ndcgLoss,
      ),
    );
  }
  if (limits?.rbo !== undefined) {
    checks.push(check("RBO limit", `at least ${figure(limits.rbo)}`, figure(now.rbo), now.rbo >= limits.rbo));
  }
  return checks;
}

/** Relative; null where it cannot be told. */
function lossOf({ accuracy }: Effect): number | null {
  const change = accuracy?.ndcg20Change;
  return change == null ? null : -change.value;
}

function shown(pair: BeforeAndAfter | null | undefined, digits: number): string {
  return pair == null ? "-" : `${figure(pair.before, digits)} -> ${figure(pair.after, digits)}`;
}

function lossText(loss: number): string {
  return loss > 0 ? percentOf(loss) : `none (${signedPercent(-loss)})`;
}

function percentOf(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
