/* Secure Boot's certificates of 2023 come, and those of 2011 go: a change that every VM must make.
 * It is known by the certificates' digests. All beside it keeps its class: another certificate of
 * the same name, a third one, a removal from dbx.
 *
 * The updates that Microsoft signed only add. So what takes the place of others in one step is no
 * such update, unless KEK and db are now exactly what the platform enrols: then it enrolled them
 * anew. */
#include "appraise/known_cert.h"
#include "base/text.h"
#include "drift/drift.h"

#define BIT(cert) KNOWN_CERT_BIT(KNOWN_CERT_##cert)

/* The certificates in a list of this boot; *ret_is_all is false if it has other entries. */
static known_cert_mask certs_of(
	const struct components *boot, enum component_kind kind, bool *ret_is_all)
{
	known_cert_mask mask = 0;

	*ret_is_all = true;
	for (size_t i = 0; i < boot->count; i++) {
		enum known_cert cert = known_cert_find(boot->items[i].sha256);

		if (boot->items[i].kind != kind)
			continue;
		if (cert == KNOWN_CERT_COUNT)
			*ret_is_all = false;
		else
			mask |= KNOWN_CERT_BIT(cert);
	}
	return mask;
}

/* A template with certificates of 2023: KEK, db and PK hold these and nothing else. */
static bool is_new_template(const struct components *boot)
{
	bool is_all[3];
	known_cert_mask pk = certs_of(boot, COMPONENT_PK, &is_all[0]);
	known_cert_mask kek = certs_of(boot, COMPONENT_KEK, &is_all[1]);
	known_cert_mask db = certs_of(boot, COMPONENT_DB, &is_all[2]);

	if (pk != BIT(PK_AZURE) || !is_all[0] || !is_all[1] || !is_all[2])
		return false;
	for (int i = KNOWN_TEMPLATE_BOTH; i < KNOWN_TEMPLATES; i++)
		if (known_templates[i].kek == kek && known_templates[i].db == db)
			return true;
	return false;
}

static known_cert_mask mask_of(const struct drift_difference *difference)
{
	enum known_cert cert = known_cert_find(drift_shown(difference)->sha256);

	return cert < KNOWN_CERT_COUNT && drift_shown(difference)->is_bound ? KNOWN_CERT_BIT(cert)
									    : 0;
}

/* The certificates that came into a list, or left it. */
static known_cert_mask changed(
	const struct drift *drift, enum component_kind kind, enum drift_change change)
{
	known_cert_mask mask = 0;

	for (size_t i = 0; i < drift->count; i++)
		if (drift->differences[i].change == change &&
			drift_shown(&drift->differences[i])->kind == kind)
			mask |= mask_of(&drift->differences[i]);
	return mask;
}

/* Those of 2023 that the signed updates add to a list, and those of 2011 that may leave it later,
 * once their successor is in it. */
static const struct {
	enum component_kind kind;
	known_cert_mask old, new;
} successors[] = {
	{COMPONENT_KEK, BIT(KEK_2011), BIT(KEK_2023)},
	{COMPONENT_DB, BIT(UEFI_2011), BIT(UEFI_2023)},
	{COMPONENT_DB, BIT(WINDOWS_2011), BIT(WINDOWS_2023)},
	{COMPONENT_DB, 0, BIT(OPTION_ROM_2023)},
};

static bool is_step(const struct components *boot, const struct drift *drift,
	const struct drift_difference *difference)
{
	enum component_kind kind = drift_shown(difference)->kind;
	known_cert_mask cert = mask_of(difference);
	bool ignored;

	for (size_t i = 0; i < sizeof(successors) / sizeof(successors[0]); i++) {
		if (successors[i].kind != kind)
			continue;
		if (difference->change == DRIFT_ADDED && cert == successors[i].new)
			return !(changed(drift, kind, DRIFT_REMOVED) & successors[i].old);
		if (difference->change == DRIFT_REMOVED && cert == successors[i].old)
			return certs_of(boot, kind, &ignored) & successors[i].new &&
			       !(changed(drift, kind, DRIFT_ADDED) & successors[i].new);
	}
	return false;
}

void drift_find_renewal(const struct components *boot, struct drift *drift)
{
	bool is_platform = is_new_template(boot);

	for (size_t i = 0; i < drift->count; i++) {
		struct drift_difference *difference = &drift->differences[i];
		enum component_kind kind = drift_shown(difference)->kind;
		bool is_key_list = kind == COMPONENT_KEK || kind == COMPONENT_DB;

		if (!drift_has_component(difference) || !is_key_list || !mask_of(difference))
			continue;
		if (is_platform || is_step(boot, drift, difference))
			difference->class = RULES_CERTIFICATES_RENEWED;
		if (is_platform && !drift_is_explained(difference))
			(void)text_format(difference->explanation.text, EXPLANATION_TEXT_SIZE,
				"as the platform enrols them");
	}
}
