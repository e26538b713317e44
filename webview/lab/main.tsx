/** Entry of the Lab, the editor panel. */
import { render } from "preact";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost, LabView, SharedState } from "../../src/protocol/webview";
import { Announcements } from "../components/announcements";
import { connect } from "../components/host";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-progress-bar/index.js";
import "@vscode-elements/elements/dist/vscode-tabs/index.js";
import "./lab.css";
import { LabPanel } from "./lab-panel";
import type { TaskShare } from "./use-task";

const states = new Announcements<SharedState>();
const recipes = new Announcements<Recipe>();
const progress = new Announcements<TaskShare>();
const host = connect<LabHost, LabView>({
  stateChanged: (state) => states.announce(state),
  recipeReplaced: (recipe) => recipes.announce(recipe),
  taskProgress: (task, share) => progress.announce({ task, share }),
});
const root = document.getElementById("root");
if (root !== null) render(<LabPanel host={host} states={states} recipes={recipes} progress={progress} />, root);
