import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { actions, conflicts, defaultKeymap, pressedKey, type ActionId } from "../keys";
import { setKey, useActions } from "../shell/actions";
import { Key } from "../states/Parts";
import { t } from "../strings";

/** Every key, changeable by pressing the new one. A key that would mean two things is refused. */
export function KeySettings() {
  const { keymap } = useActions();
  const [waiting, setWaiting] = useState<ActionId | null>(null);
  const [refusal, setRefusal] = useState("");
  useEffect(() => {
    if (!waiting) return;
    const onKey = (event: KeyboardEvent) => {
      const key = pressedKey(event);
      if (!key) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      setWaiting(null);
      if (key === "Escape") return;
      const clash = conflicts({ ...keymap, [waiting]: key }).find((pair) => pair.includes(waiting));
      const other = actions.find((action) => clash?.includes(action.id) && action.id !== waiting);
      const isUnsafe = waiting === "sealed.sign" && /Enter|^ $|^Shift\+ $/.test(key);
      if (other) setRefusal(t("keys.taken", { label: t(other.label) }));
      else if (isUnsafe) setRefusal(t("keys.unsafe"));
      else { setRefusal(""); setKey(waiting, key); }
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [waiting, keymap]);
  return (
    <section>
      <h2>{t("keys.title")}</h2>
      {refusal && <p className="warning" role="alert">{refusal}</p>}
      <ul className="key-settings">
        {actions.map((action) => (
          <li key={action.id}>
            <span>{t(action.label)}</span>
            {waiting === action.id ? <span role="status">{t("keys.press")}</span> : <Key action={action.id} />}
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setWaiting(action.id)} aria-label={t("keys.change", { label: t(action.label) })}>{t("keys.changeShort")}</Button>
            {keymap[action.id] !== defaultKeymap[action.id] && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setKey(action.id, null)}>{t("keys.reset")}</Button>}
          </li>
        ))}
      </ul>
    </section>
  );
}
