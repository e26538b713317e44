/** The commands of `recprism` and their options. */
import { Command, Option } from "commander";
import { USUAL_K } from "../engine/config-effect";
import { EXPORT_LANGUAGES } from "../protocol/engine";
import type { LabelChange } from "../protocol/neurons";
import { NEGATIVES, RECOMMENDER_KINDS } from "../protocol/recommender";
import { checkConfigs } from "./check";
import { withProject } from "./context";
import { showEffect } from "./effect";
import { encodeMatrix } from "./encode-matrix";
import { exportConfig } from "./export-config";
import { initProject, makeSample } from "./init-project";
import { labelNeurons, neuronList, neuronsWithText } from "./label-neurons";
import { listNeurons } from "./list-neurons";
import { listRuns } from "./list-runs";
import { withMeasuredSae } from "./measure-sae";
import { number, wholeNumber } from "./numbers";
import { recommend } from "./recommend";
import { trainRecommender } from "./recommender";
import { searchSettings } from "./search-settings";
import { showAudit } from "./show-audit";
import { showStatus } from "./show-identity";
import { showNeuron } from "./show-neuron";
import { showReport } from "./show-report";
import { writeSteeringConfig } from "./steer";
import { addSteering } from "./steer-options";
import { addSettings, settingsAsked } from "./train-options";
import { trainSae } from "./train-sae";

export function program(): Command {
  const recprism = new Command("recprism")
    .description(
      "Open up a recommender: train an SAE over its embeddings, name its neurons, steer it, export the config.",
    )
    .showHelpAfterError("(recprism <command> --help tells more)")
    .configureHelp({ showGlobalOptions: true })
    // Inherited by the commands that are added after it.
    .exitOverride();

  command(
    recprism,
    "init <paths...>",
    "find embeddings and tables in a folder, or among files, and write recprism.json",
  )
    .option("--choose <role=value>", "correct one choice, for example item-table=films.csv (repeatable)", collected, [])
    .option("--replace", "replace a recprism.json that is there", false)
    .action(initProject);

  command(recprism, "sample <folder>", "make the sample project in a folder that is empty or does not exist").action(
    makeSample,
  );

  command(recprism, "status", "show what the project holds, and which row of the embeddings is which user and item")
    .addOption(saeOption())
    .action(withProject(showStatus));

  addRecommender(recprism);

  addSettings(command(recprism, "train", "train an SAE through the frozen recommender"))
    .option("--out <dir>", "folder of the artifact (default: sae.path of the manifest)")
    .option("--restart", "begin anew where an interrupted run of the same settings would go on", false)
    .option(
      "--search <n>",
      "train n times, with other weights, sizes and learning rates, and keep the best",
      wholeNumber,
    )
    .option("--trade-off <w>", "of a search: what MS counts for against RBO, from 0 to 1 (default: 0.5)", number)
    .action(({ out, ...options }, train: Command) => {
      if (options.tradeOff !== undefined && options.search === undefined) {
        train.error("error: --trade-off is for a search: give --search too");
      }
      // The project is opened on the SAE that training writes, so that its report can be shown.
      const all = { ...options, sae: out, asked: settingsAsked(options) };
      return options.search === undefined ? withProject(trainSae)(all) : withProject(searchSettings)(all);
    });

  command(recprism, "runs", "list the training runs with what they differ in and what came of them")
    .addOption(saeOption())
    .action(withProject(listRuns));

  command(recprism, "neurons [query...]", "list the neurons that a search finds, with their labels and top items")
    .addOption(saeOption())
    .addHelpText("after", QUERY_HELP)
    .action((words: string[], options) => withMeasuredSae(listNeurons)({ ...options, search: words.join(" ") }));

  command(recprism, "neuron", "show all that is known of one neuron")
    .argument("<number>", "of the neuron", wholeNumber)
    .addOption(saeOption())
    .action((neuron: number, options) => withMeasuredSae(showNeuron)({ ...options, neuron }));

  addLabel(recprism);

  command(recprism, "report", "show the measures of the SAE")
    .option(
      "--seeds <n>",
      "train from other seeds too, n in all, and tell whether they find the same neurons",
      wholeNumber,
    )
    .option("--html <file>", "write one page with measures, neurons, structure and audit, which needs nothing else")
    .addOption(saeOption())
    .action(withMeasuredSae(showReport));

  command(recprism, "audit", "show which neurons tell of attributes of users, or follow mere popularity")
    .addOption(saeOption())
    .action(withMeasuredSae(showAudit));

  command(recprism, "encode", "write the activations of all rows of a matrix to a file")
    .requiredOption("--matrix <matrix>", "users, items, or a .npy file of embeddings")
    .requiredOption("--out <file>", "all activations as .npy, or the active ones of a top-k SAE as .safetensors")
    .addOption(saeOption())
    .action(encodeMatrix);

  command(recprism, "recommend", "show the recommendations of a user, without and with a steering config")
    .requiredOption("--user <id>", "id of the user")
    .option("--config <file>", "steering config (*.steer.json, *.steer.yaml)")
    .option("--k <n>", "length of the lists", wholeNumber, 10)
    .addOption(saeOption())
    .action(withProject(recommend));

  addSteering(command(recprism, "steer", "write a steering config: edits, for whom, and what they may cost"))
    .addOption(saeOption())
    .action(withMeasuredSae(writeSteeringConfig));

  command(recprism, "effect", "measure what each rule of a steering config does and costs")
    .requiredOption("--config <file>", "steering config (*.steer.json, *.steer.yaml)")
    .option("--k <n>", "length of the lists", wholeNumber, USUAL_K)
    .addOption(saeOption())
    .action(withMeasuredSae(showEffect));

  command(
    recprism,
    "check <files...>",
    "fail where configs no longer do what they recorded: files, folders or patterns",
  )
    .option("--update", "record effects, names and decoder rows anew", false)
    .addOption(saeOption())
    .action((files: string[], options) => checkConfigs({ ...options, files }));

  recprism
    .command("mcp")
    .description("serve the tools for language models over the Model Context Protocol, on standard input and output")
    .option("--project <dir>", "folder with recprism.json", ".")
    .addOption(saeOption())
    .allowExcessArguments(false)
    // What it brings along is loaded by nobody else.
    .action(async (options) => (await import("./mcp")).serveAgents(options));

  command(recprism, "export", "write a steering config as code, once it gave the preview's lists")
    .requiredOption("--config <file>", "steering config (*.steer.json, *.steer.yaml)")
    .addOption(new Option("--to <language>", "language of the code").choices(EXPORT_LANGUAGES).makeOptionMandatory())
    .option("--out <file>", "file to write (default: standard output)")
    .addOption(saeOption())
    .action(withMeasuredSae(exportConfig));

  return recprism;
}

const QUERY_HELP = `
A query has terms that must all hold, as in the side panel; put it in quotes, for the shell reads > and < too:
  recprism neurons 'label:horror kind:era ms>0.6 density<10% -is:wrong'
Fields: label concept kind confidence is neuron ms purity auc lift density. "is" knows pinned, wrong, renamed, noted,
merged, carried, dead and labelled. A minus before a term negates it, "or" stands between alternatives. A query that
begins with a minus comes after --.`;

function addLabel(recprism: Command): void {
  const changes: LabelChange[] = [];
  /** Changes are made in the order in which they are given, whatever their options. */
  const change = (read: (text: string) => LabelChange) => (text: string) => void changes.push(read(text));
  command(recprism, "label", "name the neurons anew, or keep what you say of some")
    .option(
      "--rename <neuron=name>",
      "give a neuron your name (this and the following are repeatable)",
      change((text) => named("rename", text)),
    )
    .option(
      "--merge <neuron,neuron=name>",
      "have several count as one",
      change((text) => named("merge", text)),
    )
    .option(
      "--note <neuron=text>",
      "keep a note",
      change((text) => {
        const { neurons, text: note } = neuronsWithText(text);
        return { change: "note", neurons, note };
      }),
    )
    .option(
      "--wrong <neuron>",
      "mark the found name as wrong",
      change((text) => ({ change: "wrong", neurons: neuronList(text), wrong: true })),
    )
    .option(
      "--pin <neuron>",
      "mark as important",
      change((text) => ({ change: "pin", neurons: neuronList(text), pinned: true })),
    )
    .option(
      "--reset <neuron>",
      "take back all that was said",
      change((text) => ({ change: "reset", neurons: neuronList(text) })),
    )
    .addOption(saeOption())
    .action((options) => withMeasuredSae(labelNeurons)({ ...options, changes }));
}

function named(kind: "rename" | "merge", text: string): LabelChange {
  const { neurons, text: label } = neuronsWithText(text);
  return { change: kind, neurons, label };
}

function addRecommender(recprism: Command): void {
  const recommender = recprism.command("recommender").description("make a recommender where there is none");
  recommender
    .command("train")
    .description("learn embeddings from interactions, measure them, and write a project around them")
    .addOption(
      new Option("--kind <kind>", "logistic matrix factorisation, pairwise ranking, or a neural network over pairs")
        .choices(RECOMMENDER_KINDS)
        .default("mf"),
    )
    .requiredOption("--interactions <file>", "table with a user-item pair a line")
    .option("--user <column>", "column of the user's id (default: recognised by name)")
    .option("--item <column>", "column of the item's id (default: recognised by name)")
    .option(
      "--timestamp <column>",
      'column of the time, by which pairs are held out (default: recognised; "" for none)',
    )
    .option("--rating <column>", "column of the rating (default: recognised)")
    .option("--least-rating <x>", "leave out lines rated lower", number)
    .option("--dimensions <d>", "width of the embeddings (default: 20)", wholeNumber)
    .addOption(
      new Option("--negatives <how>", "how items to tell from the chosen ones are drawn (default: uniform)").choices(
        NEGATIVES,
      ),
    )
    .option("--negatives-per-pair <n>", "how many of them for each pair", wholeNumber)
    .option("--epochs <n>", "passes over the pairs", wholeNumber)
    .option("--batch <n>", "pairs a step", wholeNumber)
    .option("--learning-rate <x>", "of Adagrad", number)
    .option("--l2 <x>", "weight of the squared embeddings", number)
    .option("--hold-out <share>", "share of the pairs to measure with (default: 0.2)", number)
    .option("--seed <n>", "of all chance (default: 0)", wholeNumber)
    .requiredOption("--out <folder>", "folder of the recommender and its project")
    .option("--json", "one JSON document on standard output, logs on standard error", false)
    .allowExcessArguments(false)
    .action(({ json, interactions, user, item, timestamp, rating, leastRating, out, ...settings }) =>
      trainRecommender({ json, interactions, user, item, timestamp, rating, leastRating, out, settings }),
    );
}

function command(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option("--project <dir>", "folder with recprism.json", ".")
    .option("--json", "one JSON document on standard output, logs on standard error", false)
    .allowExcessArguments(false);
}

function saeOption(): Option {
  return new Option("--sae <dir>", "folder of the SAE (default: sae.path of the manifest)");
}

function collected(text: string, before: string[]): string[] {
  return [...before, text];
}
