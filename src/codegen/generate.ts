/** A steering config in any of the languages that there are. */
import type { ExportLanguage, GeneratedCode } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { stringifySteeringConfig } from "../steering/config-text";
import type { CodeInput } from "./code-input";
import { configHash } from "./config-hash";
import { generateOnnx } from "./onnx";
import { generatePython } from "./python";
import { sidecarOf } from "./sidecar";
import { generateTypescript } from "./typescript";

/** Languages that hold the config itself, whatever the SAE. */
export function isConfigLanguage(language: ExportLanguage): language is "json" | "yaml" {
  return language === "json" || language === "yaml";
}

/** The config itself, as it is kept in files. */
export function generatedConfig(config: SteeringConfig, language: "json" | "yaml", name: string): GeneratedCode {
  return { language, files: [{ name, content: stringifySteeringConfig(config, language) }], hash: configHash(config) };
}

/**
 * Code that does what the config says.
 *
 * @param name of the file to be; in TypeScript, one that ends like JavaScript gets no types
 * @throws RecPrismError "artifact-invalid" for an SAE with weights that are not finite, "settings-invalid" for a name that
 *   says CommonJS
 */
export function generatedCode(
  input: CodeInput,
  language: Exclude<ExportLanguage, "json" | "yaml">,
  name: string,
): GeneratedCode {
  return { language, files: filesOf(input, language, name), hash: input.hash };
}

function filesOf(
  input: CodeInput,
  language: Exclude<ExportLanguage, "json" | "yaml">,
  name: string,
): GeneratedCode["files"] {
  if (language === "onnx") return generateOnnx(input, name);
  if (language === "typescript" && /\.c[jt]s$/i.test(name)) {
    throw new RecPrismError(
      "settings-invalid",
      `${name} would be read as CommonJS, but the code is an ES module. Let its name end in .ts, .js or .mjs.`,
      { key: "name" },
    );
  }
  const sidecar = sidecarOf(input, name, language === "python" ? "npz" : "safetensors");
  const content =
    language === "python"
      ? generatePython(input, sidecar)
      : generateTypescript(input, sidecar, !/\.m?jsx?$/i.test(name));
  return [{ name, content }, ...(sidecar === null ? [] : [{ name: sidecar.name, content: sidecar.content }])];
}
