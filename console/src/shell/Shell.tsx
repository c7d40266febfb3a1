import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";
import { Problem } from "../api/http";
import { sessionQuery } from "../api/queries";
import { AskProof } from "../states/AskProof";
import { t } from "../strings";
import { useAction } from "./actions";
import { Banners } from "./Banners";
import { EscalationBanner } from "./EscalationBanner";
import { useKeyboard } from "./keyboard";
import { KeysOverlay } from "./KeysOverlay";
import { useAnnouncement, useLive } from "./live";
import { Palette, openPalette } from "./Palette";
import { Rail } from "./Rail";
import { UndoBar } from "./UndoBar";

/** The frame around every page: rail, banners, undo bar, palette, keys, live updates. */
export function Shell() {
  const [isKeysOpen, keys] = useDisclosure(false);
  useKeyboard();
  useLive();
  useEveryPageActions(keys.open);
  useSignedOut();
  return (
    <div className="shell">
      <a className="skip" href="#main">{t("shell.skip")}</a>
      <Rail onKeys={keys.open} />
      <div className="stage">
        <EscalationBanner />
        <Banners />
        <main id="main" className="main" tabIndex={-1}><Outlet /></main>
        <UndoBar />
      </div>
      <Palette />
      <AskProof />
      <KeysOverlay isOpen={isKeysOpen} onClose={keys.close} />
      <Announcer />
    </div>
  );
}

function Announcer() {
  return <div className="unseen" role="status" aria-live="polite">{useAnnouncement()}</div>;
}

function useEveryPageActions(showKeys: () => void): void {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  useAction("palette.open", openPalette);
  useAction("keys.show", showKeys);
  useAction("search.open", () => void navigate({ to: "/search" }));
  useAction("go.inbox", () => void navigate({ to: "/tickets" }));
  useAction("go.knowledge", () => void navigate({ to: "/knowledge" }));
  useAction("go.tray", () => void navigate({ to: "/tray" }));
  useAction("go.record", () => void navigate({ to: "/record" }));
  useAction("go.quarantine", () => void navigate({ to: "/quarantine" }));
  useAction("go.insights", () => void navigate({ to: "/insights" }));
  useAction("go.policies", () => void navigate({ to: "/settings/policies" }));
  useAction("go.incidents", () => void navigate({ to: "/incidents" }));
  useAction("go.evals", () => void navigate({ to: "/eval-cases", search: {} }));
  useAction("go.reviews", () => void navigate({ to: "/reviews" }));
  useAction("go.gates", () => void navigate({ to: "/gates", search: {} }));
  useAction("go.tasks", () => void navigate({ to: "/tasks" }));
  useAction("go.settings", () => void navigate({ to: "/settings" }));
  useAction("theme.switch", () => {
    setColorScheme(document.documentElement.dataset.mantineColorScheme === "dark" ? "light" : "dark");
  });
}

/** A session that ended while working leads to sign-in and back to the same place. */
function useSignedOut(): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const here = useRouterState({ select: (state) => state.location.href });
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        const error = event.query.state.error;
        if (event.type === "updated" && error instanceof Problem && error.status === 401) {
          client.setQueryData(sessionQuery.queryKey, null);
          void navigate({ to: "/sign-in", search: { to: here } });
        }
      }),
    [client, navigate, here],
  );
}
