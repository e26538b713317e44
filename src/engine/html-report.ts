/** The report as one page for who has no VS Code: it needs nothing else to be looked at, and runs nothing. */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { writeFileAtomically } from "../data/atomic-write";
import type { Report } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { NeuronRow } from "../protocol/neurons";
import type { Audit, Structure } from "../protocol/structure";
import { readAudit, readStructure } from "../sae/artifact";
import { decimal, percent } from "./figures";
import { auditSection } from "./html-report-audit";
import { foreign, html, htmlTable, Markup } from "./html-report-markup";
import { neuronSection, type PageNeuron, wordsSection } from "./html-report-neurons";
import { structureSection } from "./html-report-structure";
import { STYLE } from "./html-report-style";
import { measureNotes, measureRows } from "./measure-rows";
import type { Project } from "./project";

/** What the page tells. */
export interface HtmlReport {
  /** Of the project. */
  name: string;
  /** Hash of the SAE. */
  sae: string;
  /** ISO 8601. */
  made: string;
  report: Report;
  neurons: PageNeuron[];
  /** Null where they were not measured. */
  structure: Structure | null;
  audit: Audit | null;
}

/** Writes the page atomically, and the folder that it goes to. */
export async function writeHtmlReport({ dataset, sae }: Project, file: string): Promise<void> {
  const { folder, artifact } = sae;
  const exported = sae.export();
  const { embeddings } = dataset.items;
  const page = reportPage({
    name: dataset.manifest.name,
    sae: artifact.hash,
    made: new Date().toISOString(),
    report: artifact.report,
    neurons: sae.rows.map((row, neuron) => ({
      row,
      label: artifact.labels.neurons[neuron],
      topItems: exported[neuron].topItems,
      activeItems: Math.round(row.density * embeddings.rows),
    })),
    structure: await ifMeasured(readStructure(folder, artifact.hash)),
    audit: await ifMeasured(readAudit(folder, artifact.hash)),
  });
  const path = resolve(file);
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomically(path, page);
}

async function ifMeasured<Found>(found: Promise<Found>): Promise<Found | null> {
  return found.catch((thrown) => {
    if (thrown instanceof RecPrismError && thrown.reason === "artifact-unmeasured") return null;
    throw thrown;
  });
}

const SECTIONS = [
  ["measures", "Measures"],
  ["neurons", "Neurons"],
  ["structure", "Structure"],
  ["audit", "Audit"],
  ["words", "What people said"],
];

/** The policy lets no script run, even if a title had slipped through. */
export function reportPage({ name, sae, made, report, neurons, structure, audit }: HtmlReport): string {
  const names = neurons.map(({ row }) => row);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="RecPrism">
<title>${name}: neurons of a recommender</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#neurons">Skip to the neurons</a>
<header>
<h1>${foreign(name)}</h1>
<p class="faint">Neurons of a sparse autoencoder trained through the recommender: ${report.users.toLocaleString("en")} users, ${report.items.toLocaleString("en")} items, ${report.dimensions} dimensions, ${report.latents.toLocaleString("en")} neurons.</p>
${tiles(report, names)}
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${measureSection(report)}${neuronSection(neurons)}${structureSection(structure, names)}${auditSection(audit, names)}${wordsSection(neurons)}</main>
<footer><p>Made by RecPrism on <time datetime="${made}">${made.slice(0, 10)}</time> of the SAE ${sae}.</p></footer>
</body>
</html>
`.text;
}

function tiles(report: Report, rows: readonly NeuronRow[]): Markup {
  const { ms, purity10, purity10BaseRate, rbo30, rankedUsers } = report;
  const renamed = rows.filter(({ labelledBy }) => labelledBy === "person").length;
  const shown: [string, string, string][] = [
    ["Live neurons", `${report.latents - report.dead}`, `of ${report.latents}`],
    ["Named surely", `${report.labelledSurely}`, `${report.labelled} with any proven name, ${renamed} by people`],
    ["Precision@10 of names", percent(purity10), `base rate ${percent(purity10BaseRate)}`],
    ["Monosemanticity", decimal(ms), `random SAE ${decimal(report.baselines.randomSae.ms)}`],
    ["RBO@30 of lists", decimal(rbo30), `ceiling .96, ${rankedUsers} users`],
  ];
  return html`<dl class="tiles">${shown.map(([term, figure, remark]) => html`<div><dt>${term}</dt><dd>${figure}<small>${remark}</small></dd></div>`)}</dl>`;
}

function measureSection(report: Report): Markup {
  return html`<section aria-labelledby="measures">
<h2 id="measures">Measures</h2>
${measureNotes(report).map((note) => html`<p class="warn">${note}</p>`)}
${htmlTable("Beside the same measures of the raw dimensions and of an SAE with random weights", measureRows(report), [
  { heading: "measure", cell: ({ name }) => name },
  { heading: "value", figure: true, cell: ({ value }) => value },
  { heading: "95% interval", figure: true, cell: ({ interval }) => interval ?? "" },
  { heading: "raw dims", figure: true, cell: ({ raw }) => raw ?? "" },
  { heading: "random SAE", figure: true, cell: ({ random }) => random ?? "" },
  { heading: "remark", cell: ({ remark }) => remark },
])}</section>
`;
}
