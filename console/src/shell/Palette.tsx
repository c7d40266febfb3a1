import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { actions, type ActionId } from "../keys";
import { t } from "../strings";
import { Key } from "../states/Parts";
import { runAction, useActions } from "./actions";

/** What is typed between opening and the field having the focus: it belongs to the field, not to single keys. */
let early = "";
let isEnteredEarly = false;

function catchEarly(event: KeyboardEvent): void {
  if (event.target instanceof HTMLInputElement) return stopCatching();
  if ((event.key.length !== 1 && event.key !== "Enter") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") isEnteredEarly = true;
  else if (!isEnteredEarly) early += event.key;
  event.preventDefault();
  event.stopImmediatePropagation();
}

const stopCatching = (): void => window.removeEventListener("keydown", catchEarly, true);

export function openPalette(): void {
  early = "";
  isEnteredEarly = false;
  window.addEventListener("keydown", catchEarly, true);
  spotlight.open();
}

/** Every action that can run now, by name; what matches none can be searched for. */
export function Palette() {
  const { available } = useActions();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const matching = (typed: string) =>
    actions.filter((action) => action.id !== "palette.open" && available.includes(action.id) && t(action.label).toLowerCase().includes(typed.trim().toLowerCase()));
  const shown = matching(text);
  const choose = (id: ActionId) => void setTimeout(() => runAction(id), 30);
  const takeEarly = () => {
    stopCatching();
    const first = isEnteredEarly ? matching(early)[0] : undefined;
    if (first) {
      spotlight.close();
      choose(first.id);
    } else if (early !== "") {
      setText(early);
    }
    early = "";
    isEnteredEarly = false;
  };
  // Fast typing can leave no row selected; Enter then means the first.
  const takeFirst = (event: React.KeyboardEvent) => {
    const first = shown[0];
    if (event.key !== "Enter" || !first || document.querySelector(".mantine-Spotlight-action[data-selected]")) return;
    spotlight.close();
    choose(first.id);
  };
  return (
    <Spotlight.Root query={text} onQueryChange={setText} shortcut={null} onSpotlightClose={stopCatching} transitionProps={{ duration: 0 }} clearQueryOnClose scrollable maxHeight={420}>
      <Spotlight.Search placeholder={t("palette.placeholder")} aria-label={t("palette.placeholder")} leftSection={<IconSearch size={16} stroke={1.6} />} onFocus={takeEarly} onKeyDown={takeFirst} />
      <Spotlight.ActionsList>
        {shown.map((action) => (
          <Spotlight.Action key={action.id} label={t(action.label)} rightSection={<Key action={action.id} />} onClick={() => choose(action.id)} />
        ))}
        {wanted !== "" && (
          <Spotlight.Action label={t("palette.search", { q: text.trim() })} leftSection={<IconSearch size={14} />} onClick={() => void navigate({ to: "/search", search: { q: text.trim() } })} />
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
