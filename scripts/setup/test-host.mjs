/** code-server, VS Code itself served to a browser, with a Node of its own in the user's cache folder. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { alone, cacheFolder, run, SetUpError, say } from "./step.mjs";
import { installPackages, TEST_HOST_PACKAGES } from "./system-packages.mjs";

const CODE_SERVER = "4.139.1";
const NODE = "24.21.0";
const NODE_PACKAGE = `node-linux-${process.arch}`;
const FOLDER = `test-host-${CODE_SERVER}`;

/** Written last: without it an install is not whole. */
const MARKER = "complete.json";

/** Native modules the server cannot do without; that they load shows that they were built, and for this Node. */
const NATIVE_MODULES = ["@vscode/spdlog", "@vscode/native-watchdog", "@vscode/sqlite3", "kerberos", "node-pty"];

/** Where the test host is, whether or not it is installed. */
export function testHost(folder = join(cacheFolder(), FOLDER)) {
  const nodeFolder = join(folder, "node", "node_modules", NODE_PACKAGE);
  const server = join(folder, "server", "node_modules", "code-server");
  return {
    folder,
    nodeFolder,
    server,
    node: join(nodeFolder, "bin", "node"),
    entry: join(server, "out", "node", "entry.js"),
  };
}

export async function setUpTestHost() {
  if (installed()) return;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new SetUpError(
      `VS Code served to a browser (code-server) is set up on Linux x64 and arm64 only, and this is ${process.platform} ${process.arch}. With a desktop VS Code, put its "code" command on the PATH or press F5 in this project.`,
    );
  }
  await installPackages(TEST_HOST_PACKAGES, "the compiler and libraries that code-server is built with");
  await alone(async () => {
    if (installed()) return;
    for (const name of existsSync(cacheFolder()) ? readdirSync(cacheFolder()) : []) {
      if (name.startsWith(`${FOLDER}.partial`)) rmSync(join(cacheFolder(), name), { recursive: true, force: true });
    }
    const partial = testHost(join(cacheFolder(), `${FOLDER}.partial-${process.pid}`));
    say(
      `installing code-server ${CODE_SERVER} and Node ${NODE} into ${testHost().folder}, three to five minutes, 800 MB`,
    );
    try {
      await install(partial);
      rmSync(testHost().folder, { recursive: true, force: true });
      renameSync(partial.folder, testHost().folder);
    } catch (error) {
      rmSync(partial.folder, { recursive: true, force: true });
      throw error;
    }
  });
}

function installed() {
  return existsSync(join(testHost().folder, MARKER));
}

/** @param {ReturnType<typeof testHost>} host */
async function install(host) {
  const privateProject = JSON.stringify({ private: true });
  for (const part of ["node", "server"]) {
    mkdirSync(join(host.folder, part), { recursive: true });
    writeFileSync(join(host.folder, part, "package.json"), privateProject);
  }
  await run("npm", ["install", "--no-audit", "--no-fund", `${NODE_PACKAGE}@${NODE}`], {
    cwd: join(host.folder, "node"),
  });
  say("  building its native modules");
  await run("npm", ["install", "--no-audit", "--no-fund", `code-server@${CODE_SERVER}`], {
    cwd: join(host.folder, "server"),
    env: {
      ...process.env,
      PATH: `${join(host.nodeFolder, "bin")}${delimiter}${process.env.PATH}`,
      // Headers of that Node: node-gyp would download them.
      npm_config_nodedir: host.nodeFolder,
    },
  });
  checkNativeModules(host);
  writeFileSync(join(host.folder, MARKER), JSON.stringify({ codeServer: CODE_SERVER, node: NODE }));
}

/** An npm that holds install scripts back leaves a server that looks whole and does not start. */
function checkNativeModules(/** @type {ReturnType<typeof testHost>} */ host) {
  for (const name of NATIVE_MODULES) {
    try {
      execFileSync(host.node, ["-e", `require(${JSON.stringify(name)})`], {
        cwd: join(host.server, "lib", "vscode"),
        stdio: "pipe",
      });
    } catch (error) {
      const output = String(/** @type {{ stderr?: Buffer }} */ (error).stderr);
      throw new SetUpError(
        `code-server was installed, but its module ${name} does not load. If your npm holds install scripts back, allow those of code-server; npm 10 and 11 are known to work.\n${output}`,
      );
    }
  }
}
