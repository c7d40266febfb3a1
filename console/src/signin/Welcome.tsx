import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { acceptInvitation, lookAtInvitation } from "../api/access";
import { sentenceOf } from "../states/States";
import { t } from "../strings";

/** An invited person chooses a password. The secret stands behind the `#`, which no server is told. */
export function Welcome() {
  const [token] = useState(() => window.location.hash.slice(1));
  const navigate = useNavigate();
  const invited = useQuery({ queryKey: ["invited", token], queryFn: () => lookAtInvitation(token), retry: false });
  const [password, setPassword] = useState("");
  const accept = useMutation({ mutationFn: () => acceptInvitation(token, password), onSuccess: () => navigate({ to: "/sign-in" }) });
  const error = invited.error ?? accept.error;
  return (
    <main className="signin">
      <header>
        <img src="/mark.svg" alt="" width={36} height={36} />
        <div><h1>Countersign</h1><p>{invited.data ? t("welcome.lead", { name: invited.data.name, by: invited.data.by, desk: invited.data.desk }) : t("signin.promise")}</p></div>
      </header>
      {error && <p className="banner" data-kind="warn" role="alert">{sentenceOf(error)}</p>}
      {invited.data && (
        <form onSubmit={(event) => { event.preventDefault(); accept.mutate(); }}>
          <h2>{t("welcome.choose")}</h2>
          <p className="quiet">{t("welcome.email", { email: invited.data.email })}</p>
          <input type="hidden" autoComplete="username" value={invited.data.email} readOnly />
          <PasswordInput size="xs" label={t("welcome.password")} autoComplete="new-password" required minLength={8} value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ "aria-label": t("signin.show") }} />
          <Button type="submit" disabled={password.length < 8} loading={accept.isPending}>{t("welcome.go")}</Button>
        </form>
      )}
    </main>
  );
}
