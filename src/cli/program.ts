/** The commands of `recprism` and their options. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { ExportLanguage } from "../protocol/engine";
import type { Edit } from "../protocol/steering";
import { withProject } from "./context";
import { exportConfig } from "./export-config";
import { initProject, makeSample } from "./init-project";
import { listNeurons } from "./list-neurons";
import { recommend } from "./recommend";
import { showReport } from "./show-report";
import { writeSteeringConfig } from "./steer";
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

  command(recprism, "init <folder>", "find embeddings and tables in a folder and write recprism.json")
    .option("--choose <role=value>", "correct one choice, for example item-table=films.csv (repeatable)", collected, [])
    .option("--replace", "replace a recprism.json that is there", false)
    .action(initProject);

  command(recprism, "sample <folder>", "make the sample project in a folder that is empty or does not exist").action(
    makeSample,
  );

  command(recprism, "train", "train an SAE through the frozen recommender")
    .option("--out <dir>", "folder of the artifact (default: sae.path of the manifest)")
    .option("--latents <m>", "number of neurons", wholeNumber)
    .option("--epochs <n>", "passes over the pairs", wholeNumber)
    .option("--batch <n>", "user-item pairs a step", wholeNumber)
    .option("--lr <x>", "learning rate of Adam", number)
    .option("--prediction-weight <x>", "w_pred, weight of the score error", number)
    .option("--reconstruction-weight <x>", "w_rec, weight of the embedding error", number)
    .option("--kl-weight <x>", "w_kl, weight of the KL sparsity penalty", number)
    .option("--seed <n>", "seed of weights, split and order", wholeNumber)
    // The project is opened on the SAE that training writes, so that its report can be shown.
    .action(({ out, ...options }) => withProject(trainSae)({ ...options, sae: out }));

  command(recprism, "neurons", "list the neurons with their labels and top items")
    .addOption(saeOption())
    .action(withProject(listNeurons));

  command(recprism, "report", "show the measures of the SAE").addOption(saeOption()).action(withProject(showReport));

  command(recprism, "recommend", "show the recommendations of a user, without and with a steering config")
    .requiredOption("--user <id>", "id of the user")
    .option("--config <file>", "steering config (*.steer.json)")
    .option("--k <n>", "length of the lists", wholeNumber, 10)
    .addOption(saeOption())
    .action(withProject(recommend));

  command(recprism, "steer", "write a steering config for everyone")
    .option("--suppress <neuron>", "set a neuron to 0 (repeatable)", editOf("suppress"), [])
    .option("--scale <neuron=factor>", "multiply a neuron (repeatable)", editOf("scale"), [])
    .option("--set <neuron=value>", "set a neuron (repeatable)", editOf("set"), [])
    .option("--add <neuron=value>", "add to a neuron (repeatable)", editOf("add"), [])
    .option("--name <text>", "what the config is for")
    .addOption(
      new Option("--mode <mode>", "how the edit reaches the vector").choices(["delta", "reconstruct"]).default("delta"),
    )
    .option("--out <file>", "file to write (default: standard output)")
    .addOption(saeOption())
    .action(withProject(writeSteeringConfig));

  command(recprism, "export", "write a steering config as code")
    .requiredOption("--config <file>", "steering config (*.steer.json)")
    .addOption(
      new Option("--to <language>", "language of the code")
        .choices(["json", "python"] satisfies ExportLanguage[])
        .makeOptionMandatory(),
    )
    .option("--out <file>", "file to write (default: standard output)")
    .addOption(saeOption())
    .action(withProject(exportConfig));

  return recprism;
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

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number, 0 or more.");
  return value;
}

function collected(text: string, before: string[]): string[] {
  return [...before, text];
}

/** Reads `13` or `13=-1.5` as an edit. */
function editOf(operation: Edit["operation"]): (text: string, before: Edit[]) => Edit[] {
  return (text, before) => {
    const [neuronText, valueText, ...rest] = text.split("=");
    const neuron = wholeNumber(neuronText);
    if (operation === "suppress") {
      if (valueText !== undefined) throw new InvalidArgumentError("It takes a neuron's number alone, for example 13.");
      return [...before, { neuron, operation }];
    }
    if (valueText === undefined || rest.length > 0) {
      throw new InvalidArgumentError("It takes a neuron and a value, for example 13=-1.5.");
    }
    return [...before, { neuron, operation, value: number(valueText) }];
  };
}
