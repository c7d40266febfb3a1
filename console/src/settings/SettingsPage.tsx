import { Button, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { queryClient, sessionQuery, useSession } from "../api/queries";
import { setOwnAi, signOut } from "../api/session";
import type { AiChoice } from "../api/types";
import { clearUndo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { language, setLanguage, t, type Language } from "../strings";
import { DeskFacts } from "./DeskFacts";
import { DisclosureSettings } from "./DisclosureSettings";
import { KeySettings } from "./KeySettings";
import { PasskeySettings } from "./PasskeySettings";
import { SecondFactorSettings } from "./SecondFactorSettings";
import { SessionSettings } from "./SessionSettings";
import { TokenSettings } from "./TokenSettings";

export function SettingsPage() {
  const { agent } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const chooseAi = async (ai: AiChoice) => {
    const before = queryClient.getQueryData(sessionQuery.queryKey);
    queryClient.setQueryData(sessionQuery.queryKey, (old) => old && { ...old, agent: { ...old.agent, ai } });
    await setOwnAi(ai).catch((error: unknown) => { queryClient.setQueryData(sessionQuery.queryKey, before); notifyFailure(error); });
  };
  const leave = async () => {
    try {
      await signOut();
      clearUndo();
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <div className="page">
      <header className="page-head"><h1>{t("rail.settings")}</h1><Button variant="default" onClick={() => void leave()}>{t("settings.signOut")}</Button></header>
      <p><b>{agent.name}</b> <span className="quiet">{agent.email} · {t(`role.${agent.role}`)}</span></p>
      <Choice label={t("settings.ai")} detail={t("settings.aiDetail")} value={agent.ai} onChange={(value) => void chooseAi(value as AiChoice)}
        data={(["default", "in", "out"] satisfies AiChoice[]).map((value) => ({ value, label: t(`ai.choice.${value}`) }))} />
      <Choice label={t("settings.theme")} value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}
        data={(["auto", "light", "dark"] satisfies MantineColorScheme[]).map((value) => ({ value, label: t(`theme.${value}`) }))} />
      <Choice label={t("settings.language")} value={language()} onChange={(value) => setLanguage(value as Language)} data={[{ value: "en", label: "English" }, { value: "de", label: "Deutsch" }]} />
      <DisclosureSettings />
      <section>
        <h2>{t("policies.title")}</h2>
        <p className="quiet">{t("policies.lead")}</p>
        <p><Link to="/settings/policies">{t("policies.open")}</Link></p>
      </section>
      <section>
        <h2>{t("reading.title")}</h2>
        <p className="quiet">{t("reading.lead")}</p>
        <p><Link to="/settings/reading">{t("reading.open")}</Link></p>
      </section>
      {agent.role === "admin" && (
        <section>
          <h2>{t("accounts.title")}</h2>
          <p className="quiet">{t("accounts.lead")}</p>
          <p><Link to="/settings/people">{t("accounts.open")}</Link></p>
        </section>
      )}
      <SecondFactorSettings />
      <PasskeySettings />
      <SessionSettings />
      <TokenSettings />
      <DeskFacts />
      <KeySettings />
    </div>
  );
}

interface ChoiceProps { label: string; detail?: string; value: string; onChange: (value: string) => void; data: { value: string; label: string }[] }

function Choice({ label, detail, value, onChange, data }: ChoiceProps) {
  return (
    <div className="choice">
      <div><b>{label}</b>{detail && <p className="quiet">{detail}</p>}</div>
      <SegmentedControl size="xs" aria-label={label} value={value} onChange={onChange} data={data} />
    </div>
  );
}
