// Starts the app: styles, language, then the one root component.
import "./app/tokens.css";
import "./app/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { words } from "./app/i18n/index.svelte";

await words.start();
const target = document.getElementById("app");
if (target) mount(App, { target });
