import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconCheck, IconFingerprint } from "@tabler/icons-react";
import { useState } from "react";
import { confirmWithPasskey, isCancelled, mayUsePasskeys, passkeysQuery } from "../api/passkeys";
import { confirmSession } from "../api/session";
import { t } from "../strings";
import { notify, notifyFailure } from "./notice";

export type Confirm = "session" | "password" | "passkey";

/** How a person proves to be there before what asks for more than a session. */
export interface Proof { isGiven: boolean; confirm: () => Promise<void>; field: Omit<FieldProps, "label"> }
interface FieldProps { needs: Confirm; label: string; password: string; isProven: boolean; onPassword: (password: string) => void; onProven: () => void }

export function useProof(needs: Confirm): Proof {
  const [password, setPassword] = useState("");
  const [isProven, setProven] = useState(false);
  return {
    isGiven: needs === "session" || isProven || (needs === "password" && password !== ""),
    confirm: async () => { if (needs !== "session" && !isProven) await confirmSession(password); },
    field: { needs, password, isProven, onPassword: setPassword, onProven: () => setProven(true) },
  };
}

/** The password, or a passkey where the person has one and this address can use it. A policy may ask for the passkey alone. */
export function ProofField({ needs, label, password, isProven, onPassword, onProven }: FieldProps) {
  const keys = useQuery({ ...passkeysQuery, enabled: needs !== "session" && mayUsePasskeys() }).data?.length ?? 0;
  const prove = useMutation({
    mutationFn: confirmWithPasskey, onSuccess: onProven,
    onError: (error) => { if (isCancelled(error)) notify(t("passkey.cancelled")); else notifyFailure(error); },
  });
  if (needs === "session") return null;
  if (isProven) return <p className="check" role="status"><IconCheck size={15} aria-hidden /><span>{t("passkey.proven")}</span></p>;
  return (
    <div className="proof">
      {needs === "password" && <PasswordInput size="xs" autoComplete="current-password" label={label} value={password} onChange={(event) => onPassword(event.currentTarget.value)} maw={320} />}
      {keys > 0 && <Button size="xs" variant="default" loading={prove.isPending} leftSection={<IconFingerprint size={15} aria-hidden />} onClick={() => prove.mutate()}>{t("passkey.use")}</Button>}
      {needs === "passkey" && keys === 0 && <p className="warning" role="alert">{t(mayUsePasskeys() ? "passkey.needed" : "passkey.unusable")}</p>}
    </div>
  );
}
