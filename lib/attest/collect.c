#include "attest/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "agent/precondition.h"
#include "appraise/binding.h"
#include "base/file.h"
#include "base/text.h"
#include "boot/eventlog.h"

#define OS_RELEASE_MAX_BYTES (64u << 10)
#define QUOTE_TRIES          2 /* PCRs 0 to 7 are stable after boot: a second change is no coincidence */

static int fail_to_read_log(struct err *err, const char *path)
{
	struct err cause = *err;

	if (cause.code == ERR_IO && (cause.native == ENOENT || cause.native == ENOTDIR))
		return err_set(err, ERR_NO_EVENT_LOG, cause.native,
			"The kernel has no boot event log ('%s' does not exist).", path);
	if (cause.code == ERR_IO)
		return err_set(err, ERR_EVENT_LOG_UNREADABLE, cause.native,
			"The boot event log cannot be read: %s", cause.msg);
	if (cause.code == ERR_FORMAT)
		return err_set(err, ERR_EVENT_LOG_MALFORMED, 0,
			"The boot event log '%s' is larger than %u bytes.", path, EVENTLOG_MAX_BYTES);
	return -1;
}

int collect_read_log(const struct collect_sources *sources, struct buf *ret, struct err *err)
{
	const char *path = sources->event_log ? sources->event_log : COLLECT_EVENT_LOG;
	int dir_fd = sources->event_log ? AT_FDCWD : sources->root_fd;

	*ret = buf_with_max(EVENTLOG_MAX_BYTES);
	/* below /sys only the kernel makes links; a given path is the operator's choice */
	if (file_read(dir_fd, path, FILE_FOLLOW_LINKS, ret, err) < 0)
		return fail_to_read_log(err, path);
	if (ret->len == 0)
		return err_set(
			err, ERR_EVENT_LOG_EMPTY, 0, "The boot event log '%s' is empty.", path);
	return 0;
}

/* The value of NAME=value or NAME="value" (os-release(5)), without support for escapes; "" if
 * absent. All quotes are removed, as other attestation clients do. */
static void os_release_value(const char *text, const char *name, char *ret, size_t size)
{
	size_t name_len = strlen(name);
	size_t len = 0;

	for (const char *line = text; line;
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		if (strncmp(line, name, name_len) != 0 || line[name_len] != '=')
			continue;
		for (const char *at = line + name_len + 1; *at && *at != '\n' && len + 1 < size; at++)
			if (*at != '"' && *at != '\'')
				ret[len++] = *at;
		break;
	}
	ret[len] = '\0';
}

static int small_number(const char **text)
{
	int number = 0;

	while (**text >= '0' && **text <= '9' && number < 100000)
		number = number * 10 + (*(*text)++ - '0');
	return number;
}

static void read_os_release(int root_fd, struct evidence *ret)
{
	auto_cleanup(buf) struct buf text = buf_with_max(OS_RELEASE_MAX_BYTES);
	char value[EVIDENCE_TEXT_SIZE];
	const char *version = value;
	struct err ignored;

	(void)text_format(ret->os_distro, sizeof(ret->os_distro), "%s", "Linux");
	ret->os_major = 1;
	ret->os_minor = 0;
	if (file_read(root_fd, "etc/os-release", FILE_FOLLOW_LINKS, &text, &ignored) < 0 &&
		file_read(root_fd, "usr/lib/os-release", FILE_FOLLOW_LINKS, &text, &ignored) < 0)
		return;
	if (text.len == 0)
		return;
	os_release_value((const char *)text.data, "NAME", value, sizeof(value));
	if (value[0])
		(void)text_format(ret->os_distro, sizeof(ret->os_distro), "%s", value);
	os_release_value((const char *)text.data, "VERSION_ID", value, sizeof(value));
	if (*version < '1' || *version > '9') /* the protocol has no major version 0 */
		return;
	ret->os_major = small_number(&version);
	if (*version++ == '.')
		ret->os_minor = small_number(&version);
}

static int parse_attest(const struct tpm_attest *attest, const char *what,
	struct tpmwire_attest *ret, struct err *err)
{
	if (tpmwire_parse_attest((struct bytes){attest->attest, attest->attest_len}, ret, err) == 0)
		return 0;
	err_recode(err, ERR_TPM_ANSWER);
	return err_wrap(err, "The TPM's %s", what);
}

/* Reads the PCRs and quotes them until the quote signs the values read: a measurement between the
 * two is no forgery. */
static int quote_pcrs(struct tpm *tpm, struct evidence *ret, struct err *err)
{
	for (int i = 0; i < QUOTE_TRIES; i++) {
		struct tpmwire_attest quote;
		uint8_t digest[TPM_DIGEST_SIZE];

		if (tpm_read_pcrs(tpm, TPM_BOOT_PCR_MASK, &ret->pcrs, err) < 0 ||
			tpm_quote(tpm, TPM_BOOT_PCR_MASK, &ret->quote, err) < 0)
			return -1;
		if (parse_attest(&ret->quote, "quote", &quote, err) < 0)
			return -1;
		binding_pcr_digest(&ret->pcrs, digest);
		if (quote.pcr_digest_len == sizeof(digest) &&
			memcmp(quote.pcr_digest, digest, sizeof(digest)) == 0)
			return 0;
	}
	return err_set(
		err, ERR_PCR_CHANGED, 0, "The TPM's PCRs 0 to 7 changed while they were quoted.");
}

/* A machine that slept since the quote must try again; it was not tampered with. */
static int check_awake(const struct evidence *evidence, struct err *err)
{
	struct tpmwire_attest quote, certify;

	if (parse_attest(&evidence->quote, "quote", &quote, err) < 0 ||
		parse_attest(&evidence->key_certify, "key certification", &certify, err) < 0)
		return -1;
	if (binding_check_same_boot(&quote, &certify, err) == 0)
		return 0;
	err->code = ERR_TPM_FAILED;
	return err_wrap(err, "The machine slept during attestation");
}

static int take_ak_cert(
	struct tpm *tpm, const struct collect_sources *sources, struct buf *ret, struct err *err)
{
	return sources->ak_cert.len ? buf_set(ret, sources->ak_cert, err)
				    : tpm_read_ak_cert(tpm, ret, err);
}

int collect_stored(struct tpm *tpm, const struct collect_sources *sources, struct evidence *ret,
	struct err *err)
{
	auto_cleanup(evidence) struct evidence evidence = EVIDENCE_EMPTY;

	read_os_release(sources->root_fd, &evidence);
	if (tpm_read_ak_public(tpm, &evidence.ak_public, err) < 0 ||
		take_ak_cert(tpm, sources, &evidence.ak_cert, err) < 0 ||
		collect_read_log(sources, &evidence.event_log, err) < 0)
		return -1;
	*ret = evidence;
	evidence = EVIDENCE_EMPTY;
	return 0;
}

static int add_signed(struct tpm *tpm, struct evidence *evidence, struct err *err)
{
	uint8_t policy[TPM_DIGEST_SIZE];

	if (quote_pcrs(tpm, evidence, err) < 0)
		return -1;
	binding_pcr_policy(&evidence->pcrs, policy);
	if (tpm_create_key(tpm, policy, &evidence->key_public, err) < 0 ||
		tpm_certify_key(tpm, &evidence->key_certify, err) < 0)
		return -1;
	return check_awake(evidence, err);
}

int collect_signed(struct tpm *tpm, struct evidence *evidence, struct err *err)
{
	if (add_signed(tpm, evidence, err) == 0)
		return 0;
	evidence_done(evidence);
	*evidence = EVIDENCE_EMPTY;
	return -1;
}

int collect_machine_view(struct tpm *tpm, const struct collect_sources *sources,
	struct machine_view *ret, struct err *err)
{
	static const enum machine_view_switch switches[] = {
		[PRECONDITION_FLAG_UNKNOWN] = MACHINE_VIEW_UNKNOWN,
		[PRECONDITION_FLAG_0] = MACHINE_VIEW_OFF,
		[PRECONDITION_FLAG_1] = MACHINE_VIEW_ON,
	};

	*ret = (struct machine_view){0};
	if (!sources->event_log) { /* a given log may be from another machine */
		ret->secure_boot = switches[precondition_read_flag(sources->root_fd, "SecureBoot")];
		renewal_look(sources->root_fd, &ret->firmware);
	}
	if (tpm_read_pcrs(tpm, UNQUOTED_MASK, &ret->pcrs, err) == 0)
		return 0;
	ret->pcrs.mask = 0;
	return err->code == ERR_TPM_SILENT ? -1 : 0;
}
