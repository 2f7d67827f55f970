#include "appraise/renewal.h"

#include <string.h>
#include "base/text.h"
#include "boot/efivars.h"

static const struct {
	const char *name, *text;
} states[RENEWAL_STATES] = {
	[RENEWAL_UNKNOWN] = {"", "unknown"},
	[RENEWAL_READY] = {"ready", "ready"},
	[RENEWAL_DB_MISSING] = {"dbMissing", "db missing"},
	[RENEWAL_KEK_MISSING] = {"kekMissing", "KEK missing"},
	[RENEWAL_BOTH_MISSING] = {"bothMissing", "both missing"},
	[RENEWAL_OWN_KEYS] = {"ownKeys", "own keys"},
};

const char *renewal_state_text(enum renewal_state state)
{
	return states[state].text;
}

const char *renewal_state_name(enum renewal_state state)
{
	return states[state].name;
}

enum renewal_state renewal_state_of_name(const char *name)
{
	int state = RENEWAL_STATES - 1;

	while (state > RENEWAL_UNKNOWN && strcmp(states[state].name, name) != 0)
		state--;
	return (enum renewal_state)state;
}

void renewal_read(enum uefi_keys name, struct bytes data, struct renewal_variables *variables)
{
	variables->is_read[name] = true;
	known_certs_read(data, &variables->certs[name]);
	if (name == UEFI_DBX)
		dbx_level_read(data, &variables->dbx_level);
}

void renewal_look(int root_fd, struct renewal_variables *ret)
{
	struct err ignored;

	*ret = (struct renewal_variables){0};
	for (int i = 0; i < UEFI_KEYS; i++) {
		auto_cleanup(buf) struct buf value = {0};

		if (efivars_read(root_fd, uefi_keys[i].guid, uefi_keys[i].name, &value, &ignored) == 0)
			renewal_read((enum uefi_keys)i, buf_bytes(&value), ret);
	}
}

static bool holds(const struct renewal_variables *variables, enum uefi_keys name, enum known_cert cert)
{
	return variables->certs[name].found & KNOWN_CERT_BIT(cert);
}

/* db holds it, and dbx does not take it back. */
static bool allows(const struct renewal_variables *variables, enum known_cert cert)
{
	return holds(variables, UEFI_DB, cert) && !holds(variables, UEFI_DBX, cert);
}

static bool lacks_kek(const struct renewal_variables *variables)
{
	return holds(variables, UEFI_KEK, KNOWN_CERT_KEK_2011) &&
	       !holds(variables, UEFI_KEK, KNOWN_CERT_KEK_2023);
}

static bool lacks_db(const struct renewal_variables *variables)
{
	return holds(variables, UEFI_DB, KNOWN_CERT_UEFI_2011) &&
	       !allows(variables, KNOWN_CERT_UEFI_2023);
}

static bool is_empty(const struct known_certs *certs)
{
	return !certs->found && !certs->others;
}

static bool is_known(const struct renewal_variables *variables)
{
	const struct known_certs *kek = &variables->certs[UEFI_KEK];
	const struct known_certs *db = &variables->certs[UEFI_DB];

	return variables->is_read[UEFI_KEK] && variables->is_read[UEFI_DB] && !kek->is_malformed &&
	       !db->is_malformed && !(is_empty(kek) && is_empty(db));
}

static enum renewal_state state_of(const struct renewal_variables *variables)
{
	if (!is_known(variables))
		return RENEWAL_UNKNOWN;
	if (lacks_kek(variables))
		return lacks_db(variables) ? RENEWAL_BOTH_MISSING : RENEWAL_KEK_MISSING;
	if (!holds(variables, UEFI_KEK, KNOWN_CERT_KEK_2023))
		return RENEWAL_OWN_KEYS;
	if (lacks_db(variables))
		return RENEWAL_DB_MISSING;
	return allows(variables, KNOWN_CERT_UEFI_2023) ? RENEWAL_READY : RENEWAL_OWN_KEYS;
}

static bool is_due(const struct renewal_variables *variables)
{
	return is_known(variables) && (lacks_kek(variables) || lacks_db(variables));
}

struct renewal renewal_of(
	const struct renewal_variables *measured, const struct renewal_variables *now)
{
	bool is_measured = measured->is_read[UEFI_KEK] && measured->is_read[UEFI_DB];
	const struct renewal_variables *variables = is_measured ? measured : now;
	/* what was missing at the boot is there now */
	bool is_kek_renewed = !lacks_kek(variables) ||
			      (is_known(now) && holds(now, UEFI_KEK, KNOWN_CERT_KEK_2023));
	bool is_db_renewed =
		!lacks_db(variables) || (is_known(now) && allows(now, KNOWN_CERT_UEFI_2023));

	return (struct renewal){.state = state_of(variables),
		.is_measured = is_measured,
		.is_due = is_due(variables),
		.is_pending = is_due(variables) && is_kek_renewed && is_db_renewed,
		.lacks_kek_alone = is_due(variables) && !is_kek_renewed && is_db_renewed,
		.is_azure = holds(variables, UEFI_PK, KNOWN_CERT_PK_AZURE),
		.is_windows_2011_revoked = holds(variables, UEFI_DBX, KNOWN_CERT_WINDOWS_2011),
		.variables = variables};
}

void renewal_text(const struct renewal *renewal, char ret[RENEWAL_TEXT_SIZE])
{
	bool is_kek = renewal->is_due && lacks_kek(renewal->variables);
	bool is_db = renewal->is_due && lacks_db(renewal->variables);
	const char *db =
		renewal->lacks_kek_alone
			? "db holds Microsoft UEFI CA 2023 since this boot."
			: "db lacks Microsoft UEFI CA 2023: a shim that only that one signed does not start.";

	(void)text_format(ret, RENEWAL_TEXT_SIZE, "%s%s%s",
		is_kek ? "KEK lacks Microsoft's certificate of 2023: new revocations for dbx are refused."
		       : "",
		is_kek && is_db ? " " : "", is_db ? db : "");
}

/* Before shim, always: the other way round the VM does not start any more. */
void renewal_remedy(const struct renewal *renewal, char ret[RENEWAL_TEXT_SIZE])
{
	static const char pending[] =
		"The firmware's variables hold them since this boot: restart the VM.";
	static const char owner[] =
		"You own the KEK: sign an update of db that adds Microsoft UEFI CA 2023, before a new shim is installed (secure-boot.md).";
	static const char confidential[] =
		"Leave the variables of a confidential VM alone, because its disk is sealed to them: make the VM anew (secure-boot.md).";
	static const char launched[] =
		"Update KEK and db from inside (fwupdmgr 2.0.10 or later, or Microsoft's signed updates) before a new shim is installed, then restart (secure-boot.md).";
	static const char azure[] =
		"Trusted Launch: update KEK and db from inside (fwupdmgr 2.0.10 or later, or Microsoft's signed updates) before a new shim is installed, then restart. A confidential VM: make it anew, its disk is sealed to these variables (secure-boot.md).";
	static const char kek[] =
		"Update KEK with what the owner of the PK signed, then restart (secure-boot.md).";
	static const char other[] =
		"Update db (fwupdmgr 2.0.10 or later, or Microsoft's signed updates) before a new shim is installed, and KEK with what the owner of the PK signed, then restart (secure-boot.md).";

	(void)text_format(ret, RENEWAL_TEXT_SIZE, "%s",
		!renewal->is_due                           ? ""
		: renewal->is_pending                      ? pending
		: renewal->vm == RENEWAL_VM_CONFIDENTIAL   ? confidential
		: renewal->state == RENEWAL_OWN_KEYS       ? owner
		: !renewal->is_azure                       ? renewal->lacks_kek_alone ? kek : other
		: renewal->vm == RENEWAL_VM_TRUSTED_LAUNCH ? launched
							   : azure);
}

const char *const renewal_action_names[] = {
	[RENEWAL_WARN] = "warn",
	[RENEWAL_IGNORE] = "ignore",
	[RENEWAL_UNHEALTHY] = "unhealthy",
	NULL,
};

int renewal_check(const struct renewal *renewal, enum renewal_action action, struct err *err)
{
	bool is_proved = renewal->is_measured && renewal->state != RENEWAL_UNKNOWN;
	char text[RENEWAL_TEXT_SIZE];

	if (action != RENEWAL_UNHEALTHY || (is_proved && !renewal->is_due))
		return 0;
	renewal_text(renewal, text);
	return err_set(err, ERR_CERTIFICATES_2011, 0, "%s",
		is_proved
			? text
			: "PCR 7 does not prove that this VM has Secure Boot's certificates of 2023.");
}
