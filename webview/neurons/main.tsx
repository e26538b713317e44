/** Entry of the Neurons side panel. */
import { render } from "preact";
import type { NeuronsHost, NeuronsView, SharedState } from "../../src/protocol/webview";
import { Announcements } from "../components/announcements";
import { connect } from "../components/host";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-progress-bar/index.js";
import "./neurons.css";
import { NeuronsPanel } from "./neurons-panel";

const states = new Announcements<SharedState>();
const host = connect<NeuronsHost, NeuronsView>({ stateChanged: (state) => states.announce(state) });
const root = document.getElementById("root");
if (root !== null) render(<NeuronsPanel host={host} states={states} />, root);
