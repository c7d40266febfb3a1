import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { actions } from "../keys";
import { t } from "../strings";
import { Key } from "../states/Parts";
import { runAction, useActions } from "./actions";

export const openPalette = (): void => spotlight.open();

/** Every action that can run now, by name; what matches none can be searched for. */
export function Palette() {
  const { available } = useActions();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const shown = actions.filter((action) => action.id !== "palette.open" && available.includes(action.id) && t(action.label).toLowerCase().includes(wanted));
  return (
    <Spotlight.Root query={text} onQueryChange={setText} shortcut={null} clearQueryOnClose scrollable maxHeight={420}>
      <Spotlight.Search placeholder={t("palette.placeholder")} aria-label={t("palette.placeholder")} leftSection={<IconSearch size={16} stroke={1.6} />} />
      <Spotlight.ActionsList>
        {shown.map((action) => (
          <Spotlight.Action key={action.id} label={t(action.label)} rightSection={<Key action={action.id} />} onClick={() => setTimeout(() => runAction(action.id), 30)} />
        ))}
        {wanted !== "" && (
          <Spotlight.Action label={t("palette.search", { q: text.trim() })} leftSection={<IconSearch size={14} />} onClick={() => void navigate({ to: "/search", search: { q: text.trim() } })} />
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
