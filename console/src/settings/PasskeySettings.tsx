import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconFingerprint } from "@tabler/icons-react";
import { useState } from "react";
import { addPasskey, isCancelled, mayUsePasskeys, passkeysQuery, removePasskey } from "../api/passkeys";
import { queryClient, useSession } from "../api/queries";
import type { Passkey } from "../api/types";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

/** A person's passkeys: a finger, a face or a PIN in place of the password where a case asks for more than a session. */
export function PasskeySettings() {
  const { data, error, refetch } = useQuery(passkeysQuery);
  const [isAdding, setAdding] = useState(false);
  return (
    <section aria-label={t("passkey.title")} data-testid="passkeys">
      <h2>{t("passkey.title")}</h2>
      <p className="quiet">{t("passkey.lead")}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={1} /> : (
        <ul className="lines-plain">{data.map((one) => <Line key={one.id} passkey={one} />)}</ul>
      )}
      {!mayUsePasskeys() ? <p className="quiet">{t("passkey.unusable")}</p>
        : isAdding ? <NewKey onClose={() => setAdding(false)} />
        : <Button size="xs" variant="default" leftSection={<IconFingerprint size={15} aria-hidden />} onClick={() => setAdding(true)}>{t("passkey.add")}</Button>}
    </section>
  );
}

function Line({ passkey }: { passkey: Passkey }) {
  const remove = useMutation({ mutationFn: () => removePasskey(passkey.id), onSuccess: () => queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey }), onError: notifyFailure });
  return (
    <li className="bar">
      <span><b>{passkey.name}</b> <span className="quiet">{passkey.site} · {t("passkey.since")} <Ago at={passkey.created_at} />{passkey.last_used_at && <> · {t("passkey.used")} <Ago at={passkey.last_used_at} /></>}</span></span>
      <Confirm label={t("passkey.remove")} question={t("passkey.removeAsk")} isBusy={remove.isPending} onYes={() => remove.mutate()} />
    </li>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const { agent } = useSession();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const add = useMutation({
    mutationFn: () => addPasskey(name, password, agent),
    onSuccess: () => { void queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey }); onClose(); },
    onError: (error) => { if (isCancelled(error)) notify(t("passkey.cancelled")); else notifyFailure(error); },
  });
  const isReady = name.trim() !== "" && password !== "";
  return (
    <form className="proof" onSubmit={(event) => { event.preventDefault(); if (isReady) add.mutate(); }}>
      <TextInput size="xs" label={t("passkey.name")} placeholder={t("passkey.nameHint")} maxLength={60} value={name} onChange={(event) => setName(event.currentTarget.value)} maw={320} data-autofocus />
      <PasswordInput size="xs" autoComplete="current-password" label={t("passkey.password")} value={password} onChange={(event) => setPassword(event.currentTarget.value)} maw={320} />
      <div className="bar"><Button size="xs" type="submit" disabled={!isReady} loading={add.isPending}>{t("passkey.register")}</Button><Button size="xs" variant="default" onClick={onClose}>{t("passkey.close")}</Button></div>
    </form>
  );
}
